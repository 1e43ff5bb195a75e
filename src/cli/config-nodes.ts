// faregate config-nodes: the tree of configurations, beside what every kind of row has.
import type { Command } from 'commander';
import { isRow, pathOf, type Row } from './ask.ts';
import { answer, command, type CommonOptions } from './command.ts';
import { printTable } from './print.ts';

/** Behind the commands that the table of rows has made. */
export function configCommands(program: Command): void {
  const nodes = program.commands.find((each) => each.name() === 'config-nodes');
  if (!nodes) throw new Error('The commands for config nodes are added to those of their rows.');
  command(nodes, 'tree', 'list all config nodes as a tree').action((options: CommonOptions) =>
    answer(options, { path: 'config-nodes/tree' }, printTree),
  );
  command(nodes, 'effective <ref>', 'show what a config node comes to, and who said what').action(
    (ref: string, options: CommonOptions) =>
      answer(options, { path: `config-nodes/${pathOf(ref)}/effective` }, printConfig),
  );
  const routing = program.command('routing').description('see how calls are routed');
  command(routing, 'health', 'show how the targets do as the server has seen them').action((options: CommonOptions) =>
    answer(options, { path: 'routing/health' }, printHealth),
  );
}

function printHealth({ targets, resting_keys: keys }: Row): void {
  printTable({ data: targets }, ['target', 'provider', 'state', 'half_open_at', 'latency_ms', 'calls', 'failures']);
  if (rowsOf(keys).length === 0) return;
  console.log('\nKeys that rest:');
  printTable({ data: keys }, ['provider_key_id', 'model', 'because', 'until']);
}

function printTree(answered: Row): void {
  const rows = rowsOf(answered['data']);
  if (rows.length === 0) console.log('Nothing yet.');
  for (const { name, depth, keys, is_active: active, mount_policy: policy } of rows) {
    const more = [`${Number(keys)} keys`, String(policy), ...(active === true ? [] : ['switched off'])];
    console.log(`${'  '.repeat(Number(depth))}${String(name)}  (${more.join(', ')})`);
  }
}

/** Field by field, each with who said it. */
export function printConfig(row: Row): void {
  if (typeof row['refused'] === 'string') console.log(row['refused']);
  const lines = rowsOf(row['origins']).map(({ path, from }) => {
    const said = isRow(from) ? `${String(from['kind'])} ${String(from['name'])}` : '';
    return [String(path), JSON.stringify(valueAt(row['config'], String(path))), said] as const;
  });
  if (lines.length === 0) console.log('Nothing is configured.');
  const widths = [0, 1].map((index) => Math.max(0, ...lines.map((line) => line[index]?.length ?? 0)));
  for (const [path, value, said] of lines) {
    console.log(`${path.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${said}`);
  }
  for (const { config_node: node, sync_controls: controls } of rowsOf(row['limits'])) {
    const name = isRow(node) ? String(node['name']) : '';
    console.log(`All keys below ${name} together: ${JSON.stringify(controls)}`);
  }
}

function rowsOf(value: unknown): readonly Row[] {
  return Array.isArray(value) ? value.filter(isRow) : [];
}

function valueAt(config: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, part) => (isRow(value) ? value[part] : undefined), config);
}
