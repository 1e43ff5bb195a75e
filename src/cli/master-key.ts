// faregate master-key: what seals provider keys.
import type { Command } from 'commander';
import { answer, command, type CommonOptions, group } from './command.ts';
import { printRow, printTable } from './print.ts';

export function masterKeyCommands(program: Command): void {
  const keys = group(program, 'master-key', 'look after the key that seals provider keys');
  command(keys, 'show', 'show which master keys there are, and what is sealed by each').action(
    (options: CommonOptions) =>
      answer(options, { path: 'master-key' }, (row) => {
        printRow({ source: row['source'], current: row['current'] });
        printTable({ ...row, data: row['keys'] }, ['id', 'secrets', 'held', 'created_at']);
      }),
  );
  command(keys, 'rotate', 'put everything under a new master key, while calls go on; may be run again').action(
    (options: CommonOptions) =>
      answer(options, { method: 'POST', path: 'master-key/rotate', body: {} }, (row) => {
        printRow(row);
        if (row['made'] === true) console.error('The key file has changed: make a new copy of it.');
      }),
  );
}
