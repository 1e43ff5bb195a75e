// Puts the record of a call together from what was read, and refuses parts that are more than their whole.
import type { Counts } from './counts.ts';
import type { UnitMeter } from './meter.ts';
import {
  type CacheLifetime,
  cacheLifetimes,
  type CompletionTokensDetails,
  invalidUsage,
  missingUsage,
  type PromptTokensDetails,
  type ProviderReportedCost,
  type RawTokens,
  type SubUsage,
  type Usage,
  type UsageUnit,
} from './usage.ts';

export type Quantities = Readonly<Partial<Record<UnitMeter, string>>>;

interface Source {
  readonly normalizer: Usage['normalizer'];
  readonly raw: unknown;
}

/** Inclusive: `prompt` with all that was read from and written to a cache, `completion` with all that was thought. */
export interface TokensRead extends Source {
  readonly prompt: number | undefined;
  readonly completion: number | undefined;
  readonly promptParts?: PartsOf<PromptTokensDetails>;
  readonly completionParts?: PartsOf<CompletionTokensDetails>;
  readonly lifetimes?: Readonly<Partial<Record<CacheLifetime, number>>>;
  readonly quantities?: Quantities;
  /** What the provider says that it all adds up to. */
  readonly reportedTotal?: number | undefined;
  readonly cost?: ProviderReportedCost | undefined;
  readonly subUsages?: readonly SubUsage[];
  readonly rawTokens?: RawTokens;
}

type PartsOf<Details> = { readonly [Name in keyof Details]?: number | undefined };

/** A side that is absent is flagged, and the record is a part; when both are, nobody knows. */
export function tokenUsage(read: TokensRead, counts: Counts): Usage {
  const { normalizer, raw, reportedTotal, cost, subUsages = [], rawTokens } = read;
  if (counts.invalid) return invalidUsage({ normalizer, raw, flags: [...counts.flags] });
  if (read.prompt === undefined && read.completion === undefined) return nothingRead(read, counts);
  if (read.prompt === undefined) counts.flags.add('PROMPT_TOKENS_MISSING');
  if (read.completion === undefined) counts.flags.add('COMPLETION_TOKENS_MISSING');
  const { prompt = 0, completion = 0 } = read;
  const total = prompt + completion;
  const promptDetails = present(read.promptParts ?? {});
  const completionDetails = present(read.completionParts ?? {});
  refuseOverfull({ prompt, completion, promptDetails, completionDetails, lifetimes: read.lifetimes }, counts);
  if (!Number.isSafeInteger(total)) counts.refuse('INVALID_COUNT');
  if (counts.invalid) return invalidUsage({ normalizer, raw, flags: [...counts.flags] });
  const lifetimes = present(read.lifetimes ?? {});
  const quantities = someOf(read.quantities ?? {});
  if (reportedTotal !== undefined && reportedTotal !== total) counts.flags.add('TOTAL_MISMATCH');
  return {
    usage_unit: 'token',
    usage_quantity: String(total),
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: total,
    ...(promptDetails && { prompt_tokens_details: promptDetails }),
    ...(completionDetails && { completion_tokens_details: completionDetails }),
    cache_read_input_tokens: promptDetails?.cached_tokens ?? 0,
    cache_creation_input_tokens: promptDetails?.cache_write_tokens ?? 0,
    ...(lifetimes && { cache_creation: lifetimes }),
    ...(quantities && { quantities }),
    ...(reportedTotal === undefined || reportedTotal === total ? undefined : { reported_total_tokens: reportedTotal }),
    ...(cost && { provider_reported_cost: cost }),
    ...(subUsages.length > 0 && { sub_usages: subUsages }),
    ...(rawTokens && { raw_tokens: rawTokens }),
    status: read.prompt === undefined || read.completion === undefined ? 'partial' : 'reported',
    flags: [...counts.flags],
    normalizer,
    raw_usage: raw,
  };
}

function nothingRead(read: TokensRead, counts: Counts): Usage {
  const { normalizer, raw, cost } = read;
  const quantities = someOf(read.quantities ?? {});
  const missing = missingUsage({ normalizer, raw, flags: [...counts.flags] });
  return { ...missing, ...(quantities && { quantities }), ...(cost && { provider_reported_cost: cost }) };
}

/** What is counted in something else than tokens; `quantity` is the meter that tells how much it was. */
export interface UnitsRead extends Source {
  readonly unit: UsageUnit;
  readonly quantity: UnitMeter;
  readonly quantities: Quantities;
  readonly cost?: ProviderReportedCost | undefined;
  /** The provider charges nothing for a job that failed. */
  readonly billable?: boolean;
}

/** Without its quantity nobody knows how much it was. */
export function unitUsage(read: UnitsRead, counts: Counts): Usage {
  const { normalizer, raw, unit, quantity, quantities, cost, billable = true } = read;
  const flags = [...counts.flags];
  if (counts.invalid) return invalidUsage({ normalizer, raw, unit, flags });
  const reportedCost = cost && { provider_reported_cost: cost };
  const none = missingUsage({ normalizer, raw, unit, flags });
  if (!billable) return { ...none, quantities: { [quantity]: '0' }, ...reportedCost, status: 'not_billable' };
  const text = quantities[quantity];
  if (text === undefined) return { ...none, ...reportedCost };
  return { ...none, usage_quantity: text, quantities, ...reportedCost, status: 'reported' };
}

interface Filled {
  readonly prompt: number;
  readonly completion: number;
  readonly promptDetails: PromptTokensDetails | undefined;
  readonly completionDetails: CompletionTokensDetails | undefined;
  readonly lifetimes: TokensRead['lifetimes'] | undefined;
}

/** A part greater than its whole cannot be charged by anyone's guess. */
function refuseOverfull(filled: Filled, counts: Counts): void {
  const { cached_tokens: cached = 0, cache_write_tokens: written = 0, ...parts } = filled.promptDetails ?? {};
  const { audio_tokens: audio = 0, image_tokens: image = 0, video_tokens: video = 0 } = parts;
  const { cached_audio_tokens: cachedAudio = 0, cached_image_tokens: cachedImage = 0, tool_tokens: tool = 0 } = parts;
  const kept = cacheLifetimes.reduce((sum, lifetime) => sum + (filled.lifetimes?.[lifetime] ?? 0), 0);
  const made = filled.completionDetails ?? {};
  const fits = [
    cached + written <= filled.prompt,
    audio + image + video <= filled.prompt,
    tool <= filled.prompt,
    cachedAudio <= audio,
    cachedImage <= image,
    cachedAudio + cachedImage <= cached,
    kept <= written,
    (made.reasoning_tokens ?? 0) + (made.citation_tokens ?? 0) <= filled.completion,
    (made.audio_tokens ?? 0) + (made.image_tokens ?? 0) + (made.video_tokens ?? 0) <= filled.completion,
    (made.accepted_prediction_tokens ?? 0) + (made.rejected_prediction_tokens ?? 0) <= filled.completion,
  ];
  if (!fits.every(Boolean)) counts.refuse('PART_EXCEEDS_WHOLE');
}

/** Parts that are something; `undefined` when none is. */
export function present<Name extends string>(
  parts: Readonly<Partial<Record<Name, number | undefined>>>,
): Partial<Record<Name, number>> | undefined {
  let found: Partial<Record<Name, number>> | undefined;
  for (const name in parts) {
    const part = parts[name];
    if (part !== undefined && part > 0) found = { ...found, [name]: part };
  }
  return found;
}

function someOf(quantities: Quantities): Quantities | undefined {
  const some = Object.entries(quantities).filter(([, quantity]) => quantity !== '0');
  return some.length === 0 ? undefined : Object.fromEntries(some);
}
