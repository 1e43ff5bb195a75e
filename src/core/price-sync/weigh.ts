// One price that some sources name, against the book and against those who say otherwise.
import type { Rational } from '#core/money/rational.ts';
import type { PriceComponent } from '#core/pricing/component.ts';
import { isTokenMeter, isToolMeter, type Meter } from '#core/usage/meter.ts';
import { type Candidate, componentKey, conditionKey, sameCurrency, unitPrice } from './candidate.ts';
import { companionNotes, doubtsAbout, refusalOf } from './gates.ts';
import type { BookEntry, Note, Proposal, Reason, Verdict } from './proposal.ts';
import { changeFactor, factorText, isModest, slipOf } from './slip.ts';

export interface Weighing {
  /** Those who name this price; at least one. */
  readonly sayers: readonly Candidate[];
  /** All who name a price for this place. */
  readonly rivals: readonly Candidate[];
  /** Everything that is said about the model. */
  readonly said: readonly Candidate[];
  readonly entry: BookEntry | undefined;
}

export function weigh({ sayers, rivals, said, entry }: Weighing): Proposal {
  const [first] = sayers;
  if (first === undefined) throw new Error('A price that nobody names cannot be weighed.');
  const kind = entry?.kind ?? sayers.find((each) => each.kind !== undefined)?.kind;
  const component = componentOf(first);
  const before = entry?.current?.components.find((each) => componentKey(each) === componentKey(component));
  const sources = [...new Set(sayers.map(({ source }) => source))].toSorted();
  const dissent = rivals.some((rival) => !samePrice(rival, first));
  const comparison = compareWith(before, component);
  const notes = [
    ...[refusalOf(first)].filter((note) => note !== undefined),
    ...sayers.flatMap(doubtsAbout),
    ...companionNotes(first, kind, companionsOf(first, said, entry)),
    ...bookNotes(entry, component, comparison),
    ...(dissent ? [{ reason: 'sources_differ' as const, message: 'Lists say different things here.' }] : []),
    ...(sources.length < 2 ? [{ reason: 'one_source' as const, message: 'Only one list says so.' }] : []),
    ...(first.starts === undefined
      ? []
      : [{ reason: 'scheduled' as const, message: `Counts from ${first.starts} on.` }]),
  ];
  const distinct = [...new Map(notes.map((note) => [note.message, note])).values()];
  const same = comparison.kind === 'same' && first.starts === undefined;
  return {
    name: entry?.name ?? first.model,
    provider: entry?.provider ?? first.provider,
    model: entry?.model ?? first.model,
    in_catalogue: entry !== undefined,
    component,
    ...(first.starts === undefined ? {} : { starts: first.starts }),
    change: comparison.kind,
    ...(before === undefined ? {} : { before: { price: before.price, per: before.per, currency: before.currency } }),
    ...(comparison.factor === undefined ? {} : { factor: factorText(comparison.factor) }),
    verdict: same ? 'agreed' : verdictOf(distinct),
    notes: same ? [] : distinct,
    sources,
    fields: [...new Set(sayers.map(({ source, field }) => `${source}: ${field}`))],
    seen_version_id: entry?.current?.versionId ?? null,
  };
}

function componentOf({ meter, price, per, currency, when, quantity }: Candidate): PriceComponent {
  return {
    meter,
    price,
    per,
    currency,
    ...(when === undefined ? {} : { when }),
    ...(quantity === undefined ? {} : { quantity }),
  };
}

function samePrice(left: PriceComponent, right: PriceComponent): boolean {
  const [one, other] = [unitPrice(left), unitPrice(right)];
  return (
    sameCurrency(left.currency, right.currency) &&
    one !== undefined &&
    other !== undefined &&
    one.numerator === other.numerator &&
    one.denominator === other.denominator
  );
}

interface Comparison {
  readonly kind: Proposal['change'];
  readonly factor?: Rational;
}

function compareWith(before: PriceComponent | undefined, after: PriceComponent): Comparison {
  if (before === undefined) return { kind: 'new' };
  if (samePrice(before, after)) return { kind: 'same' };
  const [old, fresh] = [unitPrice(before), unitPrice(after)];
  const comparable = old && fresh && sameCurrency(before.currency, after.currency);
  const factor = comparable ? changeFactor(old, fresh) : undefined;
  return { kind: 'changed', ...(factor === undefined ? {} : { factor }) };
}

function bookNotes(
  entry: BookEntry | undefined,
  component: PriceComponent,
  { kind, factor }: Comparison,
): readonly Note[] {
  if (kind === 'same') return [];
  const notes: Note[] = [];
  const current = entry?.current;
  if (!entry) notes.push({ reason: 'not_in_catalogue', message: 'The catalogue does not have this model.' });
  if (current?.isCustom)
    notes.push({ reason: 'custom_entry', message: 'A person set this price; a sync leaves it alone.' });
  if (current && !current.isStopgap) {
    if (!sameCurrency(current.currency, component.currency)) {
      notes.push({ reason: 'other_currency', message: `The book's price is in ${current.currency}.` });
    }
    const measures = new Set(current.components.map(({ meter }) => measureOf(meter)));
    const measure = measureOf(component.meter);
    if (measure !== undefined && !measures.has(measure)) {
      notes.push({
        reason: 'other_measure',
        message: `The book prices ${[...measures].filter(Boolean).join(', ') || 'the request'} here.`,
      });
    }
  }
  if (isNothing(component) || (kind === 'changed' && factor === undefined)) {
    notes.push({ reason: 'zero', message: 'Zero in a list may mean free, or unknown.' });
  }
  const slip = factor && slipOf(factor);
  if (slip !== undefined) notes.push({ reason: 'unit_slip', message: `The change is ${slip}` });
  if (factor && !isModest(factor)) notes.push({ reason: 'large_change', message: 'The change is more than half.' });
  if (kind === 'new') notes.push({ reason: 'new_price', message: 'The book has no such price yet.' });
  return notes;
}

function isNothing(component: PriceComponent): boolean {
  return unitPrice(component)?.numerator === 0n;
}

function measureOf(meter: Meter): string | undefined {
  if (isTokenMeter(meter)) return 'tokens';
  return meter === 'request' || isToolMeter(meter) ? undefined : meter;
}

function companionsOf(candidate: Candidate, said: readonly Candidate[], entry: BookEntry | undefined) {
  const beside = (meter: Meter): Rational | undefined => {
    const fits = (each: PriceComponent): boolean =>
      each.meter === meter &&
      conditionKey(each.when) === conditionKey(candidate.when) &&
      sameCurrency(each.currency, candidate.currency);
    const own = said.find((each) => each.source === candidate.source && each.starts === candidate.starts && fits(each));
    const found = own ?? entry?.current?.components.find(fits);
    return found && unitPrice(found);
  };
  return { input: beside('input'), output: beside('output') };
}

const verdicts = {
  negative: 'rejected',
  no_price: 'rejected',
  cache_dearer_than_input: 'rejected',
  custom_entry: 'rejected',
  unit_slip: 'flagged',
  zero: 'flagged',
  alias_name: 'flagged',
  implausible: 'flagged',
  reader_doubt: 'flagged',
  other_currency: 'flagged',
  other_measure: 'flagged',
  tie: 'flagged',
  sources_differ: 'conflict',
  unknown_threshold: 'review',
  output_cheaper_than_input: 'review',
  one_source: 'review',
  large_change: 'review',
  new_price: 'review',
  scheduled: 'review',
  not_in_catalogue: 'review',
} as const satisfies Record<Reason, Verdict>;

const gravest: readonly Verdict[] = ['rejected', 'flagged', 'conflict', 'review'];

function verdictOf(notes: readonly Note[]): Verdict {
  const found = new Set<Verdict>(notes.map(({ reason }) => verdicts[reason]));
  return gravest.find((verdict) => found.has(verdict)) ?? 'approvable';
}
