#!/usr/bin/env node
// The command: serve, migrate, audit, and everything an operator does to a running server.
import { Command } from 'commander';
import { endingOnWrongUsage } from './cli/command.ts';
import { registerAdminCommands } from './cli/commands.ts';

const program = endingOnWrongUsage(new Command('faregate'))
  .description('An AI gateway that takes the fare: holds before the call, meters the answer, charges exactly.')
  .showHelpAfterError('(add --help for what can be said)');

// What only the server needs is loaded by the commands that need it, so that the others answer at once.
program
  .command('serve')
  .description('run the gateway; without settings on embedded parts in ./data')
  .action(async () => (await import('./cli/serve.ts')).serveUntilStopped(process.env));

program
  .command('migrate')
  .description('bring the database up to this version and end')
  .action(async () => (await import('./cli/migrate.ts')).migrateDatabase(process.env));

program
  .command('backup')
  .description('write the whole database into one file, also beside a running server; the master key is not in it')
  .requiredOption('--to <file>', 'must not be there yet')
  .action(async (options: { readonly to: string }) =>
    (await import('./cli/backup.ts')).backUpDatabase(process.env, options),
  );

program
  .command('restore')
  .description('fill a new database from a backup, and audit it; ends with 1 when something does not hold')
  .requiredOption('--from <file>', 'what "backup" has written')
  .action(async (options: { readonly from: string }) =>
    (await import('./cli/backup.ts')).restoreDatabase(process.env, options),
  );

program
  .command('audit')
  .description('check the whole ledger against its own rules; ends with 1 when something does not hold')
  .option('--json', 'print findings and counts as JSON')
  .action(async (options: { readonly json?: boolean }) =>
    (await import('./cli/audit.ts')).auditLedger(process.env, options),
  );

program
  .command('normalize')
  .description('try the usage normalizers on recorded payloads, one JSON object a line; ends with 1 when one fails')
  .requiredOption('--payloads <file>', 'lines like {"body": …, "model": …}, or what was answered alone')
  .action(async (options: { readonly payloads: string }) =>
    (await import('./cli/normalize.ts')).normalizePayloads(options),
  );

program
  .command('rate')
  .description('try normalizers and prices on cases that say what must come out; ends with 1 when one fails')
  .requiredOption('--vectors <file>', 'one JSON object a line: usage, prices, and what is expected')
  .action(async (options: { readonly vectors: string }) => (await import('./cli/rate.ts')).rateVectors(options));

registerAdminCommands(program);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  // A start that failed half-way may have started parts already; they end with this process.
  process.exit(1);
}
