// Configurations as operators write them: read field by field before they are kept, and shown with who said what.
import { currencyOf } from '#core/money/currency.ts';
import { Failure } from '#core/failure.ts';
import { type EffectiveConfig, effectiveConfig } from '#core/routing/effective.ts';
import type { Problem } from '#core/routing/fields.ts';
import { readConfig } from '#core/routing/read-config.ts';
import type { Changes, ConfigDocument, ConfigNode, NewConfigNode } from '#ports/administration.ts';
import type { AdminDesk } from './desk.ts';
import { change, present } from './outcome.ts';

export async function createConfigNode(desk: AdminDesk, actor: string, node: NewConfigNode): Promise<ConfigNode> {
  const { configNodes } = desk.administration;
  return change(desk, 'callers', 'config node', configNodes.create(actor, withConfig(node)));
}

export interface ConfigNodeChange {
  readonly ref: string;
  readonly version: string | undefined;
  readonly fields: Changes<NewConfigNode>;
}

export async function updateConfigNode(desk: AdminDesk, actor: string, order: ConfigNodeChange): Promise<ConfigNode> {
  const { ref, version, fields } = order;
  const updated = desk.administration.configNodes.update(actor, ref, withConfig(fields), version);
  return change(desk, 'callers', 'config node', updated);
}

/** Its fields each at their one place. @throws Failure `invalid_parameter` that names all that are wrong. */
export function withConfig<Row extends { readonly config_data?: ConfigDocument | null }>(row: Row): Row {
  const { config_data } = row;
  if (config_data === undefined || config_data === null) return row;
  const reading = readConfig(config_data);
  if (reading.kind === 'read') return { ...row, config_data: reading.document };
  const problems = reading.problems.map(({ path, message }) => ({ param: pathIn(path), message }));
  const [first] = problems;
  throw new Failure('invalid_parameter', first?.message ?? 'The configuration does not read.', {
    param: first?.param ?? 'config_data',
    problems,
  });
}

function pathIn(path: Problem['path']): string {
  return path === '' ? 'config_data' : `config_data.${path}`;
}

export interface ShownConfig {
  readonly config: ConfigDocument;
  readonly origins: EffectiveConfig['origins'];
  readonly limits: readonly {
    readonly config_node: { readonly id: string; readonly name: string };
    readonly sync_controls: unknown;
  }[];
  readonly refused: string | null;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

export async function showNodeConfig({ administration }: AdminDesk, ref: string): Promise<ShownConfig> {
  const levels = present(await administration.configNodes.levels(ref), 'config node');
  return shown(effectiveConfig(levels, undefined));
}

export async function showKeyConfig({ administration }: AdminDesk, id: string): Promise<ShownConfig> {
  const { levels, currency } = present(await administration.configNodes.levelsOfKey(id), 'virtual key');
  return shown(effectiveConfig(levels, currencyOf(currency)));
}

function shown({ document, origins, inherited, problems }: EffectiveConfig): ShownConfig {
  return {
    config: document,
    origins,
    limits: inherited.holders.map(({ id, name, controls }) => ({
      config_node: { id, name },
      sync_controls: controlsOf(controls),
    })),
    refused: inherited.refused ?? null,
    problems: problems.map(({ path, message }) => ({ path, message })),
  };
}

function controlsOf(document: ConfigDocument): unknown {
  const { metadata } = document;
  const level: unknown =
    typeof metadata === 'object' && metadata !== null && '_neuropia' in metadata ? metadata._neuropia : {};
  return typeof level === 'object' && level !== null && 'sync_controls' in level ? level.sync_controls : {};
}
