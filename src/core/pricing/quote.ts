// The most that a call can cost, known before it is made: what a hold sets aside.
import type { Amount } from '#core/money/amount.ts';
import type { Currency } from '#core/money/currency.ts';
import { dividedBy, floorDivide, plus, type Rational, rational, roundUp, times } from '#core/money/rational.ts';
import { isOutputMeter, isUnitMeter, type Meter, type TokenMeter, type UnitMeter } from '#core/usage/meter.ts';
import type { CallFacts } from '#core/usage/usage.ts';
import { scaleOf, type Terms } from './rate.ts';
import { dearestFor, dearestTokens, larger, reachablePrices } from './reachable.ts';
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

export interface QuoteBounds {
  readonly promptTokensMax: number;
  /** Of one choice. */
  readonly outputTokensMax: number;
  /** How many answers are asked for; 1 unless said. */
  readonly choices?: number;
  /** The most of what is not counted in tokens; `request` is 1 unless said. */
  readonly quantities?: Readonly<Partial<Record<UnitMeter, string>>>;
  readonly without?: readonly TokenKind[];
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
  readonly outputTokensMax: number;
  readonly currency: Currency;
  /** What the call is sure to consume and has no price: to be refused, not to be given away. */
  readonly unpriced: readonly Meter[];
}

export function quote(input: QuoteInput): Quote {
  const { bounds, price, facts } = input;
  const { promptTokensMax, outputTokensMax, choices = 1, quantities = {}, without = [] } = bounds;
  const reachable = reachablePrices(price, { promptTokensMax, facts, serviceTiers: bounds.serviceTiers });
  const tokens = dearestTokens(reachable, (meter) => {
    const most = isOutputMeter(meter) ? outputTokensMax : promptTokensMax;
    return most > 0 && !without.some((kind) => isOfKind(meter, kind));
  });
  const byTokens = plus(times(tokens.prompt, rational(BigInt(promptTokensMax))), tokens.raised);
  const byRequest = dearestFor(reachable, 'request', quantities.request ?? '1');
  let fixed = price.hybrid ? larger(byTokens, byRequest) : plus(byTokens, byRequest);
  for (const [meter, most] of Object.entries(quantities)) {
    if (isUnitMeter(meter) && meter !== 'request') fixed = plus(fixed, dearestFor(reachable, meter, most));
  }
  const perOutputToken = times(tokens.output, rational(BigInt(choices)));
  const scale = scaleOf(input);
  return {
    fixed: scale === undefined ? fixed : times(fixed, scale),
    perOutputToken: scale === undefined ? perOutputToken : times(perOutputToken, scale),
    outputTokensMax,
    currency: input.conversion?.to ?? price.currency,
    unpriced: unpricedOf(expected(bounds), reachable, price.byRequestAlone),
  };
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

function expected({ promptTokensMax, outputTokensMax, quantities }: QuoteBounds): readonly Meter[] {
  const consumed: Meter[] = quantities === undefined ? [] : Object.keys(quantities).filter(isUnitMeter);
  if (promptTokensMax > 0) consumed.push('input');
  if (outputTokensMax > 0) consumed.push('output');
  return consumed;
}
