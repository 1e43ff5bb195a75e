// A sync as people review it: what would change first, then what was left out, and why.
import type { IdentifiedProposal, SyncReport } from '#flows/admin/price-sync/sync-prices.ts';
import type { ReadLists } from './price-lists.ts';

interface Manner {
  readonly offline: boolean;
  readonly all: boolean;
}

interface Group {
  readonly title: string;
  readonly has: (proposal: IdentifiedProposal) => boolean;
}

const groups: readonly Group[] = [
  { title: 'New', has: ({ verdict, change }) => isClear(verdict) && change === 'new' },
  { title: 'Changed', has: ({ verdict, change }) => isClear(verdict) && change !== 'new' },
  { title: 'Conflicts: lists disagree, choose one', has: ({ verdict }) => verdict === 'conflict' },
  { title: 'Flagged: something looks wrong', has: ({ verdict }) => verdict === 'flagged' },
  { title: 'Rejected', has: ({ verdict }) => verdict === 'rejected' },
];

function isClear(verdict: IdentifiedProposal['verdict']): boolean {
  return verdict === 'review' || verdict === 'approvable';
}

const linesMax = 100;

export function printSync(report: SyncReport, lists: ReadLists, { offline, all }: Manner): void {
  for (const { from, format, models, prices } of lists.lists)
    console.log(`${from}: ${format}, ${prices} prices of ${models} models`);
  for (const { from, why } of lists.skipped) console.log(`${from}: skipped, ${why}`);
  const { proposals } = report;
  const most = all ? Number.POSITIVE_INFINITY : linesMax;
  for (const { title, has } of groups) {
    printGroup(
      title,
      proposals.filter(has).map((each) => lineOf(each, offline)),
      most,
    );
  }
  printGroup(
    'Float residue: not proposed',
    report.residues.map(
      ({ source, provider, model, field, digits, given_elsewhere }) =>
        `${provider} ${model}: ${source} ${field} has ${digits} digits${given_elsewhere ? '; another list has it in few' : ''}`,
    ),
    most,
  );
  printGroup(
    'Not expressible here',
    lists.unexpressed.map(
      ({ source, field, why, count, example }) => `${count} × ${source} ${field}: ${why} (${example})`,
    ),
    most,
  );
  const agreed = proposals.filter(({ verdict }) => verdict === 'agreed').length;
  const approvable = proposals.filter(({ verdict }) => verdict === 'approvable').length;
  console.log(
    `\n${proposals.length - agreed} to look at, ${approvable} that --apply may publish, ${agreed} agreed, ${report.published.length} published.`,
  );
  const { models, prices } = report.outside;
  if (models > 0)
    console.log(`${prices} prices are of ${models} models that the catalogue does not have (--new proposes them).`);
}

function printGroup(title: string, lines: readonly string[], most: number): void {
  if (lines.length === 0) return;
  console.log(`\n${title} (${lines.length})`);
  for (const line of lines.slice(0, most)) console.log(`  ${line}`);
  if (lines.length > most) console.log(`  … and ${lines.length - most} more (--all)`);
}

function lineOf(proposal: IdentifiedProposal, offline: boolean): string {
  const { id, in_catalogue, provider, name, component, before, factor, sources, starts, notes } = proposal;
  const { meter, price, per, currency, when } = component;
  const place = [provider, name, meter, ...(when === undefined ? [] : [JSON.stringify(when)])].join(' ');
  const old = before === undefined ? '' : `${before.price} per ${before.per} -> `;
  const times = factor === undefined ? '' : ` (× ${factor})`;
  const from = starts === undefined ? '' : ` from ${starts}`;
  // Without a book everything is new and outside of the catalogue, which says nothing.
  const said = notes.filter(({ reason }) => !offline || (reason !== 'new_price' && reason !== 'not_in_catalogue'));
  const why = said.length === 0 ? '' : `  # ${said.map(({ message }) => message).join(' ')}`;
  // What is not in the catalogue cannot be approved yet.
  const handle = offline ? '' : `${in_catalogue ? id : '–'.padEnd(id.length)}  `;
  return `${handle}${place}: ${old}${price} per ${per} ${currency}${times}${from}  [${sources.join(', ')}]${why}`;
}
