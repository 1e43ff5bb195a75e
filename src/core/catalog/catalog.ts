// What can be called: names, the targets behind them, their providers. Immutable; replaced as a whole.
import type { Rational } from '../money/rational.ts';
import type { CostPlan } from './cost-plans.ts';
import type { PriceBook } from './price-book.ts';

export const modelKinds = [
  'chat',
  'embedding',
  'image',
  'video',
  'speech',
  'transcription',
  'music',
  'rerank',
  'ocr',
  'moderation',
  'agent',
  'service',
] as const;
export type ModelKind = (typeof modelKinds)[number];
/** What the gateway has a door for. */
export type CallKind = Exclude<ModelKind, 'ocr' | 'agent' | 'service'>;

export interface Credential {
  readonly providerKeyId: string;
  readonly secret: string;
  readonly isPrimary: boolean;
  readonly weight: number;
}

export interface Provider {
  readonly providerId: string;
  readonly name: string;
  /** How it is spoken to: a name of a folder in `providers/`. */
  readonly adapter: string;
  readonly baseUrl: string;
  readonly credentials: readonly Credential[];
  /** Nothing is sent to it without a credential; missing is false. */
  readonly requiresKey?: boolean;
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** What it does when a caller hangs up in mid-stream: bills the whole answer (then it is drained), or stops. */
  readonly onHangUp: 'drain' | 'close';
  /** Where a limit is written that the caller did not set. */
  readonly outputLimitField: 'max_tokens' | 'max_completion_tokens';
}

/** Whether a call may be sent there at all. */
export function isReachable({ requiresKey, credentials }: Pick<Provider, 'requiresKey' | 'credentials'>): boolean {
  return requiresKey !== true || credentials.length > 0;
}

export interface Target {
  readonly provider: Provider;
  /** The model's id as the provider knows it. */
  readonly model: string;
  /** The name under which its cost is listed. */
  readonly name: string;
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  readonly defaultOutputTokens?: number;
  readonly tokenizer: string;
  /** Every token that it bills as output passes by in the stream; one that thinks in silence does not. */
  readonly streamsAllOutput: boolean;
}

export interface Route {
  readonly name: string;
  readonly subject: 'model' | 'alias';
  readonly kind: ModelKind;
  /** In the order in which they are tried. */
  readonly targets: readonly Target[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface Catalog {
  readonly routes: ReadonlyMap<string, Route>;
  readonly prices: PriceBook;
  readonly exchange: readonly ExchangeRate[];
  /** What the platform has agreed with providers. */
  readonly plans?: readonly CostPlan[];
}

export interface ExchangeRate {
  readonly fxRateId: string;
  readonly base: string;
  readonly quote: string;
  /** Major units of `quote` for one of `base`. */
  readonly rate: Rational;
}

/** The newest rate of each pair comes first in `exchange`. */
export function findExchangeRate(catalog: Catalog, base: string, quote: string): ExchangeRate | undefined {
  return catalog.exchange.find((each) => each.base === base && each.quote === quote);
}
