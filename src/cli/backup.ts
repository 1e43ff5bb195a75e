// `faregate backup` and `faregate restore`: the database as one file, and back.
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pinoLog } from '#adapters/telemetry/pino-log.ts';
import { type Environment, readConfig } from '#config.ts';
import { readBackup, writeBackup } from '#world.ts';
import { auditLedger } from './audit.ts';

export async function backUpDatabase(environment: Environment, { to }: { readonly to: string }): Promise<void> {
  const path = resolve(to);
  const { tables, rows } = await writeBackup(readConfig(environment, process.cwd()), pinoLog('warn'), path);
  process.stdout.write(
    `${rows} rows of ${tables} tables are in ${path}.\n` +
      'The master key is not in it: without that, the provider keys in it cannot be read. Keep it elsewhere.\n',
  );
}

export async function restoreDatabase(environment: Environment, { from }: { readonly from: string }): Promise<void> {
  const config = readConfig(environment, process.cwd());
  await mustHaveNoJournal(join(config.dataDirectory, 'journal'));
  const { tables, madeAt } = await readBackup(config, pinoLog('warn'), resolve(from));
  process.stdout.write(`${tables} tables are as they were at ${madeAt}.\n`);
  await auditLedger(environment, {});
}

/** What another ledger's calls left there would be charged to this one. */
async function mustHaveNoJournal(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
  if (sizes.every((size) => size === 0)) return;
  throw new Error(
    `There is a journal in ${directory}: a server has worked here, and its calls belong to another ledger. ` +
      'Restore into a new data directory.',
  );
}
