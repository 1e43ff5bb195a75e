// The operators' commands alone: as `faregate`, without the time that it takes to load the server.
import { Command } from 'commander';
import { registerAdminCommands } from '../../src/cli/commands.ts';

const program = new Command('faregate');
registerAdminCommands(program);
try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
