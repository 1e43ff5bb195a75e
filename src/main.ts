#!/usr/bin/env node
// The command: serve, migrate, audit, and everything an operator does to a running server.
import { Command } from 'commander';
import { registerAdminCommands } from './cli/commands.ts';
import { auditLedger } from './cli/audit.ts';
import { migrateDatabase } from './cli/migrate.ts';
import { serveUntilStopped } from './cli/serve.ts';

const program = new Command('faregate')
  .description('An AI gateway that takes the fare: holds before the call, meters the answer, charges exactly.')
  .showHelpAfterError('(add --help for what can be said)');

program
  .command('serve', { isDefault: true })
  .description('run the gateway; without settings on embedded parts in ./data')
  .action(() => serveUntilStopped(process.env));

program
  .command('migrate')
  .description('bring the database up to this version and end')
  .action(() => migrateDatabase(process.env));

program
  .command('audit')
  .description('check the whole ledger against its own rules; ends with 1 when it finds something')
  .option('--json', 'print findings and counts as JSON')
  .action((options: { json?: boolean }) => auditLedger(process.env, options));

registerAdminCommands(program);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
