// What a price from a list has to pass before anybody is asked whether to publish it.
import { compare, parseDecimal, type Rational } from '#core/money/rational.ts';
import type { PriceCondition } from '#core/pricing/component.ts';
import { isTokenMeter } from '#core/usage/meter.ts';
import { type Candidate, unitPrice } from './candidate.ts';
import { isNegative, significantDigits } from '#core/money/decimal-text.ts';
import type { Note } from './proposal.ts';

// A price of a list has at most this many digits; a double that was computed has 15 to 17.
const honestDigitsMax = 12;

export function hasResidue({ price }: Pick<Candidate, 'price'>): boolean {
  return significantDigits(price) > honestDigitsMax;
}

/** `undefined` when it is a price at all. */
export function refusalOf(candidate: Candidate): Note | undefined {
  if (isNegative(candidate.price)) {
    return { reason: 'negative', message: `${candidate.price} is the list's word for "it depends", not a price.` };
  }
  if (unitPrice(candidate) === undefined) {
    return { reason: 'no_price', message: `"${candidate.price}" per "${candidate.per}" does not read as a price.` };
  }
  return undefined;
}

// Where prices of long prompts are known to begin.
const knownThresholds: ReadonlySet<number> = new Set([
  32_000, 100_000, 128_000, 200_000, 256_000, 272_000, 512_000, 1_000_000,
]);

// Dearer than anything that is sold by the token, so more likely cents, or a price by minute.
const tokenPriceMax = parseDecimal('0.001');

/** What is odd about a price by itself, whatever the book says. */
export function doubtsAbout(candidate: Candidate): readonly Note[] {
  const unit = unitPrice(candidate);
  return [
    ...unknownThresholds(candidate.when),
    ...(isAliasName(candidate.model)
      ? [{ reason: 'alias_name' as const, message: `"${candidate.model}" means another model from time to time.` }]
      : []),
    ...(isTokenMeter(candidate.meter) && unit && compare(unit, tokenPriceMax) > 0n
      ? [{ reason: 'implausible' as const, message: 'More than 1,000 per million tokens: is it another unit?' }]
      : []),
    ...(candidate.doubts ?? []).map((doubt) => ({ reason: 'reader_doubt' as const, message: doubtTexts[doubt] })),
  ];
}

const doubtTexts = {
  pixel_rate: 'The list prices pixels, rounded; a megapixel is taken as 1,000,000 of them.',
  list_discount: 'The list names a discount beside the price, and not whether it is deducted already.',
  moving_name: 'The maker gives this name to another model from time to time.',
} as const satisfies Record<NonNullable<Candidate['doubts']>[number], string>;

function unknownThresholds(when: PriceCondition | undefined): readonly Note[] {
  return Object.values<number>({ ...when?.prompt_tokens })
    .filter((bound) => !knownThresholds.has(bound))
    .map((bound) => ({
      reason: 'unknown_threshold' as const,
      message: `No price list known here begins at ${bound}.`,
    }));
}

function isAliasName(model: string): boolean {
  return /(?:^|[-_:/@.])latest$/.test(model) || model.startsWith('~');
}

interface Companions {
  /** Of the same call: the same condition, or none. */
  readonly input: Rational | undefined;
  readonly output: Rational | undefined;
}

export function companionNotes(
  candidate: Candidate,
  kind: Candidate['kind'],
  { input, output }: Companions,
): readonly Note[] {
  const unit = unitPrice(candidate);
  if (unit === undefined) return [];
  const notes: Note[] = [];
  if (candidate.meter === 'cache_read' && input && compare(unit, input) > 0n) {
    notes.push({
      reason: 'cache_dearer_than_input',
      message: 'Reading from the cache would cost more than sending it.',
    });
  }
  const chats = kind === undefined || kind === 'chat';
  if (chats && candidate.meter === 'output' && input && compare(unit, input) < 0n) {
    notes.push({ reason: 'output_cheaper_than_input', message: 'Output would be cheaper than input.' });
  }
  if (chats && candidate.meter === 'input' && output && compare(output, unit) < 0n) {
    notes.push({ reason: 'output_cheaper_than_input', message: 'Input would be dearer than output.' });
  }
  return notes;
}
