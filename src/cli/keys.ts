// faregate keys: what applications call with.
import type { Command } from 'commander';
import { pathOf, type Row } from './ask.ts';
import { answer, command, type CommonOptions, group, listing, pageQuery, type Said } from './command.ts';
import { addFields, bodyOf, type Field, queryOf } from './fields.ts';
import { printConfig } from './config-nodes.ts';
import { printRow, printTable } from './print.ts';

type Options = CommonOptions & Said;

const path = 'virtual-keys';

const settings: readonly Field[] = [
  { flag: '--description <text>', says: 'what it is for' },
  { flag: '--expires-at <instant>', says: 'such as 2026-12-31T23:59:59Z' },
  { flag: '--allowed-models <names>', says: 'with commas between; name* for all that begin so', kind: 'list' },
  { flag: '--limits <json>', says: 'such as {"rpm": 60, "budget": {"month": "100"}}', kind: 'json' },
  { flag: '--config-node <ref>', says: 'where it is mounted: id or name' },
  { flag: '--config-data <json>', says: 'a configuration of its own', kind: 'json' },
  { flag: '--overspend-policy <policy>', says: 'clamp or strict' },
  { flag: '--default-output-tokens <tokens>', says: 'for calls that name no limit', kind: 'whole' },
  { flag: '--may-see-cost <yes-no>', says: 'whether answers show what providers bill', kind: 'yes-no' },
];

const payer: readonly Field[] = [
  { flag: '--user <ref>', says: 'whose key: id or email; with neither user nor organization one is made' },
  { flag: '--organization <ref>', says: 'whose wallet pays: id or slug' },
  { flag: '--wallet <id>', says: 'a wallet of theirs' },
  { flag: '--currency <code>', says: 'of the wallet; usd if missing' },
  { flag: '--balance <amount>', says: 'to put into the wallet that is made with the key, such as 5.00' },
];

const filters: readonly Field[] = [
  { flag: '--user <ref>', says: 'id or email' },
  { flag: '--organization <ref>', says: 'id or slug' },
  { flag: '--wallet <id>', says: 'id' },
  { flag: '--is-active <yes-no>', says: 'only those switched on, or off', kind: 'yes-no' },
];

export function keyCommands(program: Command): void {
  const keys = group(program, 'keys', 'keep virtual keys');
  addFields(command(keys, 'create', 'create a key; it is shown this once'), [...payer, ...settings])
    .option('--name <name>', 'name for people', 'key')
    .option('--top-up', 'put --balance into a wallet that was there before')
    .action((options: Options) => {
      const body = {
        name: options['name'],
        ...bodyOf(options, [...payer, ...settings]),
        ...(options['topUp'] === true ? { top_up: true } : {}),
      };
      return answer(options, { method: 'POST', path, body }, printSecret);
    });
  addFields(listing(keys, 'list', 'list keys'), filters).action((options: Options) =>
    answer(options, { path, query: { ...queryOf(options, filters), ...pageQuery(options) } }, (row) =>
      printTable(row, [
        'id',
        'name',
        'key_prefix',
        'user',
        'organization',
        'wallet.balance',
        'wallet.currency',
        'is_active',
        'expires_at',
      ]),
    ),
  );
  command(keys, 'show <id>', 'show one key').action((id: string, options: Options) =>
    answer(options, { path: `${path}/${pathOf(id)}` }, printRow),
  );
  const change: readonly Field[] = [
    { flag: '--name <name>', says: 'name for people' },
    { flag: '--is-active <yes-no>', says: 'switch it on or off', kind: 'yes-no' },
    ...settings,
  ];
  addFields(command(keys, 'update <id>', 'change one key; "null" clears a field'), change).action(
    (id: string, options: Options) =>
      answer(options, { method: 'PATCH', path: `${path}/${pathOf(id)}`, body: bodyOf(options, change) }, printRow),
  );
  command(keys, 'mount <id> <node>', 'mount a key on a config node; "null" takes it off').action(
    (id: string, node: string, options: Options) =>
      answer(
        options,
        { method: 'PATCH', path: `${path}/${pathOf(id)}`, body: { config_node: node === 'null' ? null : node } },
        printRow,
      ),
  );
  command(keys, 'config <id>', 'show the configuration that a key acts on, and who said what').action(
    (id: string, options: Options) => answer(options, { path: `${path}/${pathOf(id)}/effective-config` }, printConfig),
  );
  command(keys, 'revoke <id>', 'revoke one key, for good').action((id: string, options: Options) =>
    answer(options, { method: 'POST', path: `${path}/${pathOf(id)}/revoke` }, () => console.log(`Revoked ${id}.`)),
  );
  const grace: readonly Field[] = [
    { flag: '--grace-seconds <seconds>', says: 'how long the old secret goes on', kind: 'whole' },
  ];
  addFields(command(keys, 'rotate <id>', 'give a key a new secret; it is shown this once'), grace).action(
    (id: string, options: Options) =>
      answer(
        options,
        { method: 'POST', path: `${path}/${pathOf(id)}/rotate`, body: bodyOf(options, grace) },
        printSecret,
      ),
  );
}

function printSecret({ virtual_key, ...row }: Row): void {
  console.log(String(virtual_key));
  console.error('This is the only time that the key is shown.');
  printRow({
    id: row['id'],
    name: row['name'],
    user: row['user'],
    organization: row['organization'],
    wallet: row['wallet'],
  });
}
