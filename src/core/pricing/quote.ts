// The most that a call can cost, known before it is made: what a hold sets aside.
import type { Amount } from '#core/money/amount.ts';
import type { Currency } from '#core/money/currency.ts';
import {
  dividedBy,
  floorDivide,
  nothing,
  parseDecimal,
  plus,
  type Rational,
  rational,
  roundUp,
  times,
} from '#core/money/rational.ts';
import {
  isGoingIn,
  isOutputMeter,
  isUnitMeter,
  isWorkMeter,
  type Meter,
  type TokenMeter,
  type UnitMeter,
} from '#core/usage/meter.ts';
import type { CallFacts } from '#core/usage/usage.ts';
import {
  countersOf,
  type QuotedFree,
  quotedFree,
  type SplitPrices,
  splitPrices,
  type Taken,
  takenInFull,
} from './free-units.ts';
import type { PricesReachable } from './prepare.ts';
import { chargedQuantity } from './quantity.ts';
import { dearestFor, dearestOf, dearestTokens, larger, reachablePrices } from './reachable.ts';
import { scaled } from './tiers.ts';
import { scaleOf, type Terms } from './terms.ts';
import { unpricedOf } from './unpriced.ts';

/** Kinds of tokens that a call may be known not to have. */
export type TokenKind =
  | 'input_audio'
  | 'input_image'
  | 'input_video'
  | 'cache_write'
  | 'output_audio'
  | 'output_image'
  | 'output_video';

/** What other output than text is made of. */
export type ProducedMeter = 'output_image' | 'output_audio' | 'output_video';

export interface QuoteBounds {
  readonly promptTokensMax: number;
  /** Of one choice. */
  readonly outputTokensMax: number;
  /** How many answers are asked for; 1 unless said. */
  readonly choices?: number;
  /** The most of what is not counted in tokens; `request` is 1 unless said. */
  readonly quantities?: Readonly<Partial<Record<UnitMeter, string>>>;
  readonly without?: readonly TokenKind[];
  /** Its output is counted by this meter, where the price has one for it. */
  readonly produces?: ProducedMeter;
  /** The tiers that may serve the call; any may unless said. */
  readonly serviceTiers?: readonly string[];
}

export interface QuoteInput extends Terms {
  readonly bounds: QuoteBounds;
  /** What is given here will be the same when the call is rated, but for the time and the service tier. */
  readonly facts: Partial<CallFacts>;
}

/** Ledger units of `currency`, exact. */
export interface Quote {
  /** Everything but output. */
  readonly fixed: Rational;
  /** For one more token of output in every choice. */
  readonly perOutputToken: Rational;
  /** What is charged beyond this when the free units do not reach; the hold's keeper knows how many there are. */
  readonly free: readonly QuotedFree[];
  readonly outputTokensMax: number;
  readonly currency: Currency;
  /** What the call is sure to consume and has no price: to be refused, not to be given away. */
  readonly unpriced: readonly Meter[];
  /** What the price counts and nobody has bounded: the call could cost anything. */
  readonly unbounded: readonly Meter[];
}

export function quote(input: QuoteInput): Quote {
  const { bounds, price, facts } = input;
  const { promptTokensMax, outputTokensMax, choices = 1, quantities = {}, without = [] } = bounds;
  const reachable = reachablePrices(price, { promptTokensMax, facts, serviceTiers: bounds.serviceTiers });
  const tokens = dearestTokens(reachable, (meter) => {
    const most = isOutputMeter(meter) ? outputTokensMax : promptTokensMax;
    return most > 0 && !without.some((kind) => isOfKind(meter, kind));
  });
  // By tokens or by the request, whichever it will be: what is free of either is not reckoned with.
  const dearest = price.hybrid ? dearestOf : ({ paid }: SplitPrices) => paid;
  const scale = scaleOf(input);
  const inMoney = (exact: Rational) => (scale === undefined ? exact : times(exact, scale));
  const promptTokens = BigInt(promptTokensMax);
  const byTokens = plus(times(dearest(tokens.prompt), rational(promptTokens)), tokens.raised);
  const byRequest = price.hybrid ? dearestFor(reachable, 'request', quantities.request ?? '1') : nothing;
  let fixed = larger(byTokens, byRequest);
  const free: QuotedFree[] = [];
  const freeOf = (split: SplitPrices, taken: Taken) =>
    price.hybrid ? takenInFull(countersOf(split), taken) : quotedFree(split, taken, scale);
  if (price.counts) {
    free.push(...freeOf(tokens.prompt, { fixedUnits: promptTokens, unitsPerOutputToken: 0n }));
    free.push(...freeOf(tokens.output, { fixedUnits: 0n, unitsPerOutputToken: BigInt(choices) }));
    for (const { tiers, units } of tokens.raisedUnits) {
      free.push(...takenInFull([tiers], { fixedUnits: units, unitsPerOutputToken: 0n }));
    }
  }
  for (const [meter, most] of Object.entries({ request: '1', ...quantities })) {
    if (!isUnitMeter(meter)) continue;
    const byEither = price.hybrid && meter === 'request';
    const split = price.counts ? countedQuantity(reachable, meter, most) : undefined;
    if (split?.alone && !byEither) {
      free.push(...quotedFree(split, { fixedUnits: split.units, unitsPerOutputToken: 0n }, scale));
      continue;
    }
    if (split) free.push(...takenInFull(countersOf(split), { fixedUnits: split.units, unitsPerOutputToken: 0n }));
    if (!byEither) fixed = plus(fixed, dearestFor(reachable, meter, most));
  }
  return {
    fixed: inMoney(fixed),
    perOutputToken: inMoney(times(dearest(tokens.output), rational(BigInt(choices)))),
    free,
    outputTokensMax,
    currency: input.conversion?.to ?? price.currency,
    unpriced: unpricedOf(expected(bounds, reachable), reachable, price.byRequestAlone),
    unbounded: unboundedOf(bounds, reachable),
  };
}

/** What covers a call that may be charged by either: of everything the more, and the free units of both. */
export function coveringBoth(one: Quote, other: Quote): Quote {
  return {
    fixed: larger(one.fixed, other.fixed),
    perOutputToken: larger(one.perOutputToken, other.perOutputToken),
    free: [...one.free, ...other.free],
    outputTokensMax: Math.max(one.outputTokensMax, other.outputTokensMax),
    currency: one.currency,
    unpriced: [...new Set([...one.unpriced, ...other.unpriced])],
    unbounded: [...new Set([...one.unbounded, ...other.unbounded])],
  };
}

/** Of a call that says what it consumes beside tokens, whatever else is priced by its measure could come on top. */
function unboundedOf({ quantities }: QuoteBounds, reachable: PricesReachable): readonly Meter[] {
  if (quantities === undefined) return [];
  return [...reachable].flatMap(([meter, prices]) => {
    const isCounted = isWorkMeter(meter) && quantities[meter] === undefined;
    return isCounted && prices.some(({ unit }) => unit.numerator > 0n) ? [meter] : [];
  });
}

/** `alone`: what is counted by one counter alone, and begins with free units, needs no money of its own. */
function countedQuantity(reachable: PricesReachable, meter: UnitMeter, most: string) {
  const prices = reachable.get(meter) ?? [];
  const split = splitPrices(prices);
  const [first] = countersOf(split);
  const quantity = parseDecimal(most);
  if (!first || quantity.numerator === 0n) return undefined;
  const charged = prices.map(({ component }) => chargedQuantity(component, quantity)).reduce(larger);
  const alone = split.counted.length === 1 && split.besides.length === 0 && split.paid.numerator === 0n;
  return { ...split, alone, units: scaled(charged, first.scale) };
}

/** The most that so many tokens of output, in every choice, take of each counter with free units. */
export function freeUnitsFor(
  { free }: Quote,
  outputTokens: number,
): readonly (QuotedFree & { readonly units: bigint })[] {
  return free.map((each) => ({ ...each, units: each.fixedUnits + each.unitsPerOutputToken * BigInt(outputTokens) }));
}

/** What to set aside so that this many tokens of output, in every choice, are covered whatever happens. */
export function holdFor(quoted: Quote, outputTokens: number): Amount {
  return roundUp(plus(quoted.fixed, times(quoted.perOutputToken, rational(BigInt(outputTokens)))));
}

/** The most tokens of output whose hold is at most `granted`; `undefined` when not even the input is covered. */
export function affordableOutput(quoted: Quote, granted: Amount): number | undefined {
  const { fixed, perOutputToken, outputTokensMax } = quoted;
  const left = plus(rational(granted), times(fixed, rational(-1n)));
  if (left.numerator < 0n) return undefined;
  if (perOutputToken.numerator === 0n) return outputTokensMax;
  const { quotient } = floorDivide(dividedBy(left, perOutputToken));
  return quotient < BigInt(outputTokensMax) ? Number(quotient) : outputTokensMax;
}

function isOfKind(meter: TokenMeter, kind: TokenKind): boolean {
  const kinds: readonly TokenMeter[] = metersOf[kind];
  return kinds.includes(meter);
}

const metersOf = {
  input_audio: ['input_audio', 'cache_read_audio'],
  input_image: ['input_image', 'cache_read_image'],
  input_video: ['input_video'],
  cache_write: ['cache_write', 'cache_write_5m', 'cache_write_30m', 'cache_write_1h', 'cache_write_12h'],
  output_audio: ['output_audio'],
  output_image: ['output_image'],
  output_video: ['output_video'],
} as const satisfies Record<TokenKind, readonly TokenMeter[]>;

function expected(bounds: QuoteBounds, reachable: PricesReachable): readonly Meter[] {
  const { promptTokensMax, outputTokensMax, quantities, produces } = bounds;
  const consumed: Meter[] = Object.entries(quantities ?? {}).flatMap(([meter, most]) =>
    isUnitMeter(meter) && isExpected(meter, most, reachable) ? [meter] : [],
  );
  if (promptTokensMax > 0) consumed.push('input');
  const isApart = produces !== undefined && reachable.has(produces);
  if (outputTokensMax > 0) consumed.push(isApart ? produces : 'output');
  return consumed;
}

/** Megapixels are counted all alike, or as the first and the next ones: a price for one of the two ways is a price. */
function isExpected(meter: UnitMeter, most: string, prices: PricesReachable): boolean {
  if (parseDecimal(most).numerator === 0n) return false;
  if (isGoingIn(meter)) return prices.has(meter);
  const byStep = prices.has('megapixel_first') || prices.has('megapixel_next');
  if (meter === 'megapixel') return !byStep;
  return meter === 'megapixel_first' || meter === 'megapixel_next' ? byStep : true;
}
