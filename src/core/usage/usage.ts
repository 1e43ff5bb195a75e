// What one call consumed, and how surely we know: the same record for every provider, plain JSON, kept for ever.
import type { UnitMeter } from './meter.ts';

export type UsageUnit =
  | 'token'
  | 'character'
  | 'image'
  | 'megapixel'
  | 'second'
  | 'clip'
  | 'song'
  | 'page'
  | 'search_unit'
  | 'request'
  | 'gpu_second'
  | 'hour'
  | 'token_hour'
  | 'credit';

/**
 * - `reported`: the provider said so;
 * - `estimated`: we counted, because the provider did not;
 * - `partial`: the provider said a part, the rest is counted;
 * - `missing`: nobody knows, which is not zero;
 * - `not_billable`: the provider does not charge this call;
 * - `invalid`: what the provider said cannot be true; nothing is charged by itself.
 */
export type UsageStatus = 'reported' | 'estimated' | 'partial' | 'missing' | 'not_billable' | 'invalid';

export type TokenSource = 'actual' | 'estimated' | 'unknown';

/** Lifetimes of cached prompts, shortest first. */
export const cacheLifetimes = ['5m', '30m', '1h', '12h'] as const;
export type CacheLifetime = (typeof cacheLifetimes)[number];

/** Every count is a part of `prompt_tokens`; a part that is nothing is left out. */
export interface PromptTokensDetails {
  readonly cached_tokens?: number;
  readonly cache_write_tokens?: number;
  readonly audio_tokens?: number;
  readonly image_tokens?: number;
  readonly video_tokens?: number;
  readonly tool_tokens?: number;
  readonly cached_audio_tokens?: number;
  readonly cached_image_tokens?: number;
}

/** Every count is a part of `completion_tokens`; a part that is nothing is left out. */
export interface CompletionTokensDetails {
  readonly reasoning_tokens?: number;
  readonly audio_tokens?: number;
  readonly image_tokens?: number;
  readonly video_tokens?: number;
  readonly citation_tokens?: number;
  readonly accepted_prediction_tokens?: number;
  readonly rejected_prediction_tokens?: number;
}

/** What the provider counted, where that is not what it bills. */
export interface RawTokens {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cached_tokens?: number;
}

export interface ProviderReportedCost {
  /** Decimal text. */
  readonly amount: string;
  readonly currency: string;
  /** The field it was read from. */
  readonly basis: string;
  /** What one of `currency` costs in USD, where that is a provider's own credit. */
  readonly usd_per_unit?: string;
}

/** Work of another model inside the call: it is priced at that model's own price. */
export interface SubUsage {
  readonly model: string;
  readonly usage: Usage;
}

/** Always: `total_tokens = prompt_tokens + completion_tokens`, each a safe integer, everything else a part of them. */
export interface Usage {
  readonly usage_unit: UsageUnit;
  /** How much in `usage_unit`: decimal text. */
  readonly usage_quantity: string;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: PromptTokensDetails;
  readonly completion_tokens_details?: CompletionTokensDetails;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_creation?: Readonly<Partial<Record<CacheLifetime, number>>>;
  /** Whatever is not counted in tokens: decimal text by meter. */
  readonly quantities?: Readonly<Partial<Record<UnitMeter, string>>>;
  /** Only when the provider's own total disagrees. */
  readonly reported_total_tokens?: number;
  readonly provider_reported_cost?: ProviderReportedCost;
  readonly sub_usages?: readonly SubUsage[];
  readonly raw_tokens?: RawTokens;
  readonly status: UsageStatus;
  readonly flags: readonly string[];
  readonly normalizer: { readonly id: string; readonly version: string };
  /** What the provider sent, verbatim. */
  readonly raw_usage: unknown;
}

/** What a price's conditions may look at; it stands beside the usage, not in it. */
export interface CallFacts {
  readonly service_tier?: string;
  readonly speed?: string;
  readonly region?: string;
  readonly batch?: boolean;
  readonly resolution?: string;
  readonly size?: string;
  readonly quality?: string;
  readonly audio?: boolean;
  readonly duration?: string;
  readonly thinking?: boolean;
  readonly search_context?: string;
  /** ISO instant. */
  readonly occurred_at: string;
}

export interface Estimate {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly requests?: number;
  /** How it was counted, such as `local_tokenizer`. */
  readonly method: string;
  readonly raw: unknown;
}

export function estimatedUsage(estimate: Estimate): Usage {
  const { prompt_tokens, completion_tokens, requests } = estimate;
  return {
    ...tokenCounts(prompt_tokens, completion_tokens),
    ...(requests === undefined ? {} : { quantities: { request: String(requests) } }),
    status: 'estimated',
    flags: [],
    normalizer: { id: `estimate:${estimate.method}`, version: '1' },
    raw_usage: estimate.raw,
  };
}

export interface Unmeasured {
  readonly normalizer: { readonly id: string; readonly version: string };
  readonly raw: unknown;
  readonly unit?: UsageUnit;
  readonly flags?: readonly string[];
}

export function missingUsage(unmeasured: Unmeasured): Usage {
  return withoutCounts('missing', unmeasured);
}

/** A failed job, an answer from the cache, an attempt that the provider does not charge. */
export function notBillable(unmeasured: Unmeasured): Usage {
  return withoutCounts('not_billable', unmeasured);
}

export function invalidUsage(unmeasured: Unmeasured): Usage {
  return withoutCounts('invalid', unmeasured);
}

/** What the documents call the token source. */
export function tokenSource(status: UsageStatus): TokenSource {
  return tokenSources[status];
}

const tokenSources = {
  reported: 'actual',
  estimated: 'estimated',
  partial: 'estimated',
  missing: 'unknown',
  not_billable: 'actual',
  invalid: 'unknown',
} as const satisfies Record<UsageStatus, TokenSource>;

function withoutCounts(status: UsageStatus, { normalizer, raw, unit = 'token', flags = [] }: Unmeasured): Usage {
  return {
    ...tokenCounts(0, 0),
    usage_unit: unit,
    status,
    flags,
    normalizer,
    raw_usage: raw,
  };
}

/** @throws RangeError unless both counts and their sum are whole numbers that a double holds exactly. */
function tokenCounts(prompt_tokens: number, completion_tokens: number) {
  const total_tokens = prompt_tokens + completion_tokens;
  if (![prompt_tokens, completion_tokens, total_tokens].every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new RangeError(`${prompt_tokens} and ${completion_tokens} are no counts of tokens.`);
  }
  return {
    usage_unit: 'token' as UsageUnit,
    usage_quantity: String(total_tokens),
    prompt_tokens,
    completion_tokens,
    total_tokens,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
}
