// faregate usage, jobs and audit-log: what calls consumed, what is being made, and who administered what.
import type { Command } from 'commander';
import { isRow, pathOf, type Row } from './ask.ts';
import { answer, command, type CommonOptions, group, listing, pageQuery, type Said } from './command.ts';
import { addFields, type Field, queryOf } from './fields.ts';
import { printRow, printTable } from './print.ts';

type Options = CommonOptions & Said;

const usageFilters: readonly Field[] = [
  { flag: '--wallet <id>', says: 'id' },
  { flag: '--virtual-key <id>', says: 'id' },
  { flag: '--organization <ref>', says: 'id or slug' },
  { flag: '--user <ref>', says: 'id or email' },
  { flag: '--name <name>', says: 'what callers sent' },
  { flag: '--provider <name>', says: 'who answered' },
  { flag: '--outcome <outcome>', says: 'how calls ended' },
  { flag: '--from <instant>', says: 'calls that began then or later' },
  { flag: '--to <instant>', says: 'calls that began before' },
];

const usageColumns = ['started_at', 'request_id', 'name', 'provider', 'outcome', 'charge', 'cost', 'latency_ms'];

const jobFilters: readonly Field[] = [
  { flag: '--state <state>', says: 'running, completed or failed' },
  { flag: '--kind <kind>', says: 'video or music' },
  { flag: '--wallet <id>', says: 'id' },
  { flag: '--provider <name>', says: 'who makes it' },
];

const jobColumns = ['started_at', 'request_id', 'kind', 'state', 'name', 'provider', 'held', 'deadline_at'];

const auditFilters: readonly Field[] = [
  { flag: '--actor <name>', says: 'who did it' },
  { flag: '--action <action>', says: 'what was done' },
  { flag: '--subject <subject>', says: 'to what' },
];

export function recordCommands(program: Command): void {
  const usage = group(program, 'usage', 'look at calls');
  addFields(listing(usage, 'list', 'list calls'), usageFilters).action((options: Options) =>
    answer(options, { path: 'usage', query: { ...queryOf(options, usageFilters), ...pageQuery(options) } }, (row) =>
      printTable(row, usageColumns),
    ),
  );
  command(usage, 'show <request>', 'show one call, with its receipts').action((request: string, options: Options) =>
    answer(options, { path: `usage/${pathOf(request)}` }, printCall),
  );
  const jobs = group(program, 'jobs', 'look at films and songs that are made');
  addFields(listing(jobs, 'list', 'list jobs'), jobFilters).action((options: Options) =>
    answer(options, { path: 'jobs', query: { ...queryOf(options, jobFilters), ...pageQuery(options) } }, (row) =>
      printTable(row, jobColumns),
    ),
  );
  const log = group(program, 'audit-log', 'look at what operators did');
  addFields(listing(log, 'list', 'list what operators did'), auditFilters).action((options: Options) =>
    answer(options, { path: 'audit-log', query: { ...queryOf(options, auditFilters), ...pageQuery(options) } }, (row) =>
      printTable(row, ['at', 'actor', 'action', 'subject']),
    ),
  );
}

const receipts = { charge_receipt: 'What it was charged:', cost_receipt: 'What it cost:' } as const;

/** Each time that it was counted: what happened, then the receipts line by line and every try at a provider. */
function printCall({ data }: Row): void {
  const revisions = Array.isArray(data) ? data.filter(isRow) : [];
  for (const [index, row] of revisions.entries()) {
    if (index > 0) console.log();
    const { usage, facts: _facts, pins: _pins, charge_receipt: _charge, cost_receipt: _cost, attempts, ...told } = row;
    printRow(isRow(usage) ? { ...told, usage: usage['status'], flags: usage['flags'] } : told);
    for (const [name, title] of Object.entries(receipts)) {
      const receipt = row[name];
      if (!isRow(receipt)) continue;
      console.log(`\n${title}`);
      printTable({ data: receipt['lines'] }, ['meter', 'quantity', 'price', 'per', 'amount', 'currency']);
    }
    if (!Array.isArray(attempts) || attempts.length === 0) continue;
    console.log('\nWho was asked:');
    printTable({ data: attempts }, ['provider', 'model', 'outcome', 'status', 'latencyMs', 'cost']);
  }
}
