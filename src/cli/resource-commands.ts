// list, show, create and update for every kind of row in the table.
import type { Command } from 'commander';
import { pathOf } from './ask.ts';
import { answer, command, type CommonOptions, group, listing, pageQuery, type Said } from './command.ts';
import { addFields, bodyOf, queryOf } from './fields.ts';
import { printRow, printTable } from './print.ts';
import type { ResourceCommands } from './resource-table.ts';

type Options = CommonOptions & Said;

export function resourceCommands(program: Command, resource: ResourceCommands): void {
  const { name, path, noun, columns, filters = [], first, fields, removable = false } = resource;
  const commands = group(program, name, `keep ${name}`);

  addFields(listing(commands, 'list', `list ${name}`), filters).action((options: Options) =>
    answer(options, { path, query: { ...queryOf(options, filters), ...pageQuery(options) } }, (row) =>
      printTable(row, columns),
    ),
  );
  command(commands, 'show <ref>', `show one ${noun}`).action((ref: string, options: Options) =>
    answer(options, { path: `${path}/${pathOf(ref)}` }, printRow),
  );
  const creating = [...first, ...fields];
  addFields(command(commands, 'create', `create one ${noun}`), creating).action((options: Options) =>
    answer(options, { method: 'POST', path, body: bodyOf(options, creating) }, printRow),
  );
  addFields(command(commands, 'update <ref>', `change one ${noun}; "null" clears a field`), fields).action(
    (ref: string, options: Options) =>
      answer(options, { method: 'PATCH', path: `${path}/${pathOf(ref)}`, body: bodyOf(options, fields) }, printRow),
  );
  if (!removable) return;
  command(commands, 'remove <ref>', `remove one ${noun}`).action((ref: string, options: Options) =>
    answer(options, { method: 'DELETE', path: `${path}/${pathOf(ref)}` }, () => console.log(`Removed ${ref}.`)),
  );
}
