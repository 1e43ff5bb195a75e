// From what lists say and what the book says to what somebody should look at. Pure: asked twice, it answers the same.
import { componentKey, type Candidate, sameCurrency, unitPrice } from './candidate.ts';
import { assemble, conditionCount } from './assemble.ts';
import { hasResidue, refusalOf } from './gates.ts';
import { significantDigits } from '#core/money/decimal-text.ts';
import type { BookEntry, Proposal } from './proposal.ts';
import { weigh } from './weigh.ts';

export interface SyncQuestion {
  readonly candidates: readonly Candidate[];
  readonly book: readonly BookEntry[];
  /** One name for a provider that lists and catalogues call differently. */
  readonly canonicalProvider: (name: string) => string;
  /** Models that the catalogue does not have are proposed too, instead of counted. */
  readonly withNew: boolean;
  readonly nowMs: number;
}

/** A number that was computed in binary: where it stands, so that it can be looked up, and never its digits. */
export interface Residue {
  readonly source: string;
  readonly provider: string;
  readonly model: string;
  readonly meter: string;
  readonly field: string;
  readonly digits: number;
  /** Another source has the same price in few digits, so nothing is lost. */
  readonly given_elsewhere: boolean;
}

export interface SyncAnswer {
  readonly proposals: readonly Proposal[];
  readonly residues: readonly Residue[];
  /** What lists say about models that the catalogue does not have. */
  readonly outside: { readonly models: number; readonly prices: number };
}

export function propose(question: SyncQuestion): SyncAnswer {
  const { withNew, nowMs } = question;
  const proposals: Proposal[] = [];
  const residues: Residue[] = [];
  const outside = { models: 0, prices: 0 };
  for (const { said, entry } of byModel(question)) {
    if (!entry && !withNew) {
      outside.models += 1;
      outside.prices += said.length;
    } else {
      const answer = proposeForModel(inForce(said, nowMs), entry);
      proposals.push(...answer.proposals);
      residues.push(...answer.residues);
    }
  }
  return { proposals, residues, outside };
}

interface SaidOfModel {
  readonly said: readonly Candidate[];
  readonly entry: BookEntry | undefined;
}

/** A list may know one model by its name and by the maker's own id: what it says under both is about the same price. */
export function byModel({
  candidates,
  book,
  canonicalProvider,
}: Pick<SyncQuestion, 'candidates' | 'book' | 'canonicalProvider'>): readonly SaidOfModel[] {
  const keyOf = (provider: string, model: string): string => `${canonicalProvider(provider)}\n${model}`;
  const shelf = new Map<string, BookEntry>();
  for (const entry of book) {
    shelf.set(keyOf(entry.provider, entry.model), entry);
    shelf.set(keyOf(entry.provider, entry.name), entry);
  }
  const models = Map.groupBy(candidates, ({ provider, model }) => {
    const key = keyOf(provider, model);
    return shelf.get(key) ?? key;
  });
  return [...models].map(([place, said]) => ({ said, entry: typeof place === 'string' ? undefined : place }));
}

/** Of each source the newest regime that has begun, and those to come. */
function inForce(said: readonly Candidate[], nowMs: number): readonly Candidate[] {
  return [...Map.groupBy(said, ({ source }) => source).values()].flatMap((ofSource) => {
    const begun = ofSource.flatMap(({ starts }) =>
      starts !== undefined && Date.parse(starts) <= nowMs ? [starts] : [],
    );
    const regime = begun.toSorted().at(-1);
    return ofSource
      .filter(({ starts }) => starts === regime || (starts !== undefined && Date.parse(starts) > nowMs))
      .map((candidate) => {
        if (candidate.starts !== regime) return candidate;
        const { starts: _, ...now } = candidate;
        return now;
      });
  });
}

function proposeForModel(said: readonly Candidate[], entry: BookEntry | undefined) {
  const places = Map.groupBy(
    said.map((candidate) => inBookTerms(candidate, entry)),
    (candidate) => `${candidate.starts ?? ''} ${componentKey(candidate)}`,
  );
  const residues: Residue[] = [];
  const proposals: Proposal[] = [];
  for (const place of places.values()) {
    const unreadable = place.filter((each) => refusalOf(each) !== undefined);
    const readable = place.filter((each) => refusalOf(each) === undefined);
    const clean = readable.filter((each) => !hasResidue(each));
    const computed = readable.filter(hasResidue);
    residues.push(...computed.map((each) => residueOf(each, clean)));
    // Who says something else says so in however many digits.
    const rivals = [...clean, ...computed.filter((each) => !residueOf(each, clean).given_elsewhere)];
    const values = [
      ...Map.groupBy(clean, valueKey).values(),
      ...Map.groupBy(unreadable, ({ price }) => price).values(),
    ];
    proposals.push(...values.map((sayers) => weigh({ sayers, rivals, said, entry })));
  }
  return { proposals: withoutTies(proposals, entry), residues };
}

// A book that tells lifetimes of cached prompts apart has a place for the price that names none: the shortest.
function inBookTerms(candidate: Candidate, entry: BookEntry | undefined): Candidate {
  if (candidate.meter !== 'cache_write' && candidate.meter !== 'cache_write_5m') return candidate;
  const other = candidate.meter === 'cache_write' ? 'cache_write_5m' : 'cache_write';
  const meters = new Set(entry?.current?.components.map(({ meter }) => meter));
  return meters.has(other) && !meters.has(candidate.meter) ? { ...candidate, meter: other } : candidate;
}

function valueKey(candidate: Candidate): string {
  const unit = unitPrice(candidate);
  return `${unit?.numerator ?? ''}/${unit?.denominator ?? ''} ${candidate.currency}`;
}

function residueOf(candidate: Candidate, clean: readonly Candidate[]): Residue {
  const { source, provider, model, meter, field, price, currency } = candidate;
  const unit = unitPrice(candidate);
  const near = clean.some((each) => {
    const other = unitPrice(each);
    if (each.source === source || !unit || !other || !sameCurrency(each.currency, currency)) return false;
    // Within a part in a million million: the same price, once computed and once written.
    const difference = unit.numerator * other.denominator - other.numerator * unit.denominator;
    const size = other.numerator * unit.denominator;
    return (difference < 0n ? -difference : difference) * 1_000_000_000_000n <= (size < 0n ? -size : size);
  });
  return { source, provider, model, meter, field, digits: significantDigits(price), given_elsewhere: near };
}

const order = ['agreed', 'approvable', 'review', 'conflict', 'flagged', 'rejected'] as const;

/** What could not be published beside the rest is said now, not when somebody approves it. */
function withoutTies(proposals: readonly Proposal[], entry: BookEntry | undefined): readonly Proposal[] {
  const current = entry?.current;
  const base = current === undefined || current.isStopgap ? [] : current.components;
  // What two conditions share has its own price before either of them is looked at.
  const standing = proposals
    .filter(({ verdict, starts }) => verdict !== 'rejected' && verdict !== 'agreed' && starts === undefined)
    .toSorted(
      (left, right) =>
        conditionCount(right.component) - conditionCount(left.component) ||
        order.indexOf(left.verdict) - order.indexOf(right.verdict),
    );
  const tied = new Set(assemble(base, standing).refused);
  return proposals.map((proposal) =>
    tied.has(proposal)
      ? {
          ...proposal,
          verdict: 'flagged',
          notes: [
            ...proposal.notes,
            {
              reason: 'tie' as const,
              message: 'The list has no price for calls in which this condition and another one both hold.',
            },
          ],
        }
      : proposal,
  );
}
