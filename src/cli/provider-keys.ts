// faregate provider-keys: credentials for providers. A secret is read from a file or the input, never from the command
// line, which other accounts of the machine can see.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { pathOf } from './ask.ts';
import { answer, command, type CommonOptions, group, listing, pageQuery, type Said } from './command.ts';
import { addFields, bodyOf, type Field, queryOf } from './fields.ts';
import { printRow, printTable } from './print.ts';

type Options = CommonOptions & Said & { readonly secretFile?: string };

const settings: readonly Field[] = [
  { flag: '--organization <ref>', says: 'whose own key it is: id or slug' },
  { flag: '--user <ref>', says: 'whose own key it is: id or email; used before that of the organization' },
  { flag: '--base-url <url>', says: 'where an owner’s own key is used, if not at the provider’s address' },
  { flag: '--is-primary <yes-no>', says: 'used first', kind: 'yes-no' },
  { flag: '--weight <number>', says: 'share of calls among keys of the same rank', kind: 'whole' },
  { flag: '--is-active <yes-no>', says: 'whether it is used', kind: 'yes-no' },
  { flag: '--limits <json>', says: 'what the provider allows it, such as {"rpm": 3}', kind: 'json' },
  { flag: '--plan <ref>', says: 'the provider’s plan that it belongs to: name or id' },
  { flag: '--expires-at <instant>', says: 'such as 2026-12-31T23:59:59Z' },
];

const owners: readonly Field[] = [
  { flag: '--organization <ref>', says: 'only its own keys' },
  { flag: '--user <ref>', says: 'only the user’s own keys' },
];

const columns = [
  'id',
  'name',
  'prefix',
  'organization',
  'user',
  'is_primary',
  'weight',
  'is_active',
  'is_valid',
  'totals.calls',
  'totals.tokens',
  'expires_at',
];

const secretFile = ['--secret-file <file>', 'the file with the secret; - reads the input'] as const;

export function providerKeyCommands(program: Command): void {
  const keys = group(program, 'provider-keys', 'keep credentials for providers');
  const pathTo = (provider: string, ...rest: readonly string[]): string =>
    pathOf('providers', provider, 'keys', ...rest);

  addFields(
    listing(keys, 'list <provider>', 'list the keys of a provider, with what was called by each'),
    owners,
  ).action((provider: string, options: Options) =>
    answer(options, { path: pathTo(provider), query: { ...queryOf(options, owners), ...pageQuery(options) } }, (row) =>
      printTable(row, columns),
    ),
  );
  command(keys, 'show <provider> <id>', 'show one key').action((provider: string, id: string, options: Options) =>
    answer(options, { path: pathTo(provider, id) }, printRow),
  );
  command(
    keys,
    'test <provider> <id>',
    'ask the provider whether it accepts the key; ends with 1 when it refuses',
  ).action((provider: string, id: string, options: Options) =>
    answer(options, { method: 'POST', path: pathTo(provider, id, 'test') }, (row) => {
      if (row['is_valid'] === true) console.log('The provider accepts it.');
      else console.error(String(row['validation_error']));
      if (row['is_valid'] === false) process.exitCode = 1;
    }),
  );
  const first: readonly Field[] = [{ flag: '--name <name>', says: 'name for people', required: true }, ...settings];
  addFields(command(keys, 'add <provider>', 'add a key').requiredOption(...secretFile), first).action(
    (provider: string, options: Options) => {
      const body = { ...bodyOf(options, first), secret: secretIn(options.secretFile) };
      return answer(options, { method: 'POST', path: pathTo(provider), body }, printRow);
    },
  );
  const change: readonly Field[] = [{ flag: '--name <name>', says: 'name for people' }, ...settings];
  addFields(
    command(keys, 'update <provider> <id>', 'change a key, or its secret').option(...secretFile),
    change,
  ).action((provider: string, id: string, options: Options) => {
    const secret = options.secretFile === undefined ? {} : { secret: secretIn(options.secretFile) };
    const body = { ...bodyOf(options, change), ...secret };
    return answer(options, { method: 'PATCH', path: pathTo(provider, id), body }, printRow);
  });
  command(keys, 'remove <provider> <id>', 'remove a key').action((provider: string, id: string, options: Options) =>
    answer(options, { method: 'DELETE', path: pathTo(provider, id) }, () => console.log(`Removed ${id}.`)),
  );
}

function secretIn(file = '-'): string {
  const secret = readFileSync(file === '-' ? process.stdin.fd : file, 'utf8').trim();
  if (secret === '') throw new Error(`There is no secret in ${file === '-' ? 'the input' : file}.`);
  return secret;
}
