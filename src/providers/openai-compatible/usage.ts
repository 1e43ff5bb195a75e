// Usage of every upstream that answers in OpenAI's words. Which meaning the words have is decided by the upstream's own
// total, not by its name.
import { Counts, type Fields, isFields, partOf } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import { invalidUsage, missingUsage, type Usage } from '#core/usage/usage.ts';
import { reportedCost } from './usage-cost.ts';
import { hasUnknownCounts } from './usage-fields.ts';
import { completionParts, lifetimesOf, promptParts, type Sources, sourcesIn } from './usage-parts.ts';
import { type Said, type Whole, wholeOf } from './usage-total.ts';

export type UsageEndpoint = 'chat' | 'completions' | 'responses' | 'embeddings' | 'images' | 'transcriptions';

export interface UsageContext {
  readonly endpoint: UsageEndpoint;
  /** How many images the answer holds. */
  readonly images?: number;
  /** Where the cache's counts may stand, when the payload does not give it away. */
  readonly cachePlace?: Said['cachePlace'];
  /** Reasoning and citations are billed on top of completion, whether or not the payload gives it away. */
  readonly additive?: boolean;
}

const normalizer = { id: 'openai-compatible', version: '1' };

/** Reads a `usage` object: what is missing stays missing, and what cannot be true is charged to nobody. */
export function normalizeOpenAiUsage(raw: unknown, context: UsageContext): Usage {
  if (raw === undefined || raw === null) return missingUsage({ normalizer, raw: null });
  if (!isFields(raw)) return invalidUsage({ normalizer, raw, flags: ['NO_USAGE_OBJECT'] });
  if (raw['type'] === 'duration') return durationUsage(raw);
  const counts = new Counts();
  const sources = sourcesIn(raw);
  const said = readSaid(sources, context, counts);
  const whole = wholeOf(said, counts);
  if (whole === undefined && !counts.invalid) return missingUsage({ normalizer, raw });
  const usage = whole && usageOf({ sources, said, whole, context }, counts);
  return counts.invalid || !usage ? invalidUsage({ normalizer, raw, flags: [...counts.flags] }) : usage;
}

function readSaid({ raw, prompt, completion }: Sources, context: UsageContext, counts: Counts): Said {
  return {
    prompt: counts.readAny([raw, 'prompt_tokens'], [raw, 'input_tokens']),
    completion: counts.readAny([raw, 'completion_tokens'], [raw, 'output_tokens']),
    total: counts.read(raw, 'total_tokens'),
    cacheRead: counts.readPart(
      [prompt, 'cached_tokens'],
      [raw, 'prompt_cache_hit_tokens'],
      [raw, 'cached_tokens'],
      [raw, 'num_cached_tokens'],
      [raw, 'cache_read_input_tokens'],
    ),
    cacheWritten: counts.readPart(
      [prompt, 'cache_write_tokens'],
      [prompt, 'cache_creation_input_tokens'],
      [prompt, 'cache_creation_tokens'],
      [raw, 'cache_creation_input_tokens'],
    ),
    reasoning: counts.readPart([completion, 'reasoning_tokens'], [raw, 'reasoning_tokens']),
    citation: counts.readPart([raw, 'citation_tokens']),
    additive:
      context.additive ?? ('search_context_size' in raw || 'num_search_queries' in raw || 'citation_tokens' in raw),
    cachePlace: context.cachePlace ?? cachePlaceIn(raw),
    hasOutput: context.endpoint !== 'embeddings',
  };
}

// Gateways that translate for exclusive upstreams add these two beside OpenAI's own fields. xAI's cached tokens may be
// more than its prompt, and are then beside it; its bill in ticks gives it away.
function cachePlaceIn(raw: Fields): Said['cachePlace'] {
  if ('cache_read_input_tokens' in raw || 'cache_creation_input_tokens' in raw) return 'either';
  return 'cost_in_usd_ticks' in raw || 'num_sources_used' in raw ? 'outside-when-more' : 'inside-prompt';
}

interface Reading {
  readonly sources: Sources;
  readonly said: Said;
  readonly whole: Whole;
  readonly context: UsageContext;
}

function usageOf({ sources, said, whole, context }: Reading, counts: Counts): Usage {
  const { raw } = sources;
  const total = whole.prompt + whole.completion;
  const prompt = promptParts(sources, said, whole, counts);
  const completion = completionParts(sources, said, whole, context.endpoint === 'images', counts);
  const lifetimes = lifetimesOf(sources, said, counts);
  const quantities = quantitiesIn(raw, context, counts);
  const cost = reportedCost(raw);
  compareDuplicates(raw, counts);
  if (hasUnknownCounts(sources)) counts.flags.add('UNKNOWN_USAGE_FIELD');
  if (!Number.isSafeInteger(total)) counts.refuse('INVALID_COUNT');
  return {
    usage_unit: 'token',
    usage_quantity: String(total),
    prompt_tokens: whole.prompt,
    completion_tokens: whole.completion,
    total_tokens: total,
    ...(prompt && { prompt_tokens_details: prompt }),
    ...(completion && { completion_tokens_details: completion }),
    cache_read_input_tokens: said.cacheRead,
    cache_creation_input_tokens: said.cacheWritten,
    ...(lifetimes && { cache_creation: lifetimes }),
    ...(quantities && { quantities }),
    ...(said.total === undefined || said.total === total ? undefined : { reported_total_tokens: said.total }),
    ...(cost && { provider_reported_cost: cost }),
    status: whole.status,
    flags: [...counts.flags],
    normalizer,
    raw_usage: raw,
  };
}

/** Transcriptions that are billed by time say so. */
function durationUsage(raw: Fields): Usage {
  const seconds = decimalIn(raw['seconds']);
  if (seconds === undefined) return invalidUsage({ normalizer, raw, unit: 'second', flags: ['INVALID_COUNT'] });
  return {
    ...missingUsage({ normalizer, raw, unit: 'second' }),
    usage_quantity: seconds,
    quantities: { audio_second_in: seconds },
    status: 'reported',
  };
}

function quantitiesIn(raw: Fields, { images }: UsageContext, counts: Counts): Usage['quantities'] {
  const audioSeconds = isFields(raw['prompt_audio_seconds']) ? '0' : counts.readDecimal(raw, 'prompt_audio_seconds');
  const found = {
    image: String(images ?? 0),
    web_search_call: String(searchesIn(raw, counts)),
    audio_second_in: audioSeconds ?? '0',
  };
  const some = Object.entries(found).filter(([, quantity]) => quantity !== '0');
  return some.length === 0 ? undefined : Object.fromEntries(some);
}

// Perplexity bills its searches one by one for deep research only, which is where citations are counted too.
function searchesIn(raw: Fields, counts: Counts): number {
  if ('citation_tokens' in raw) return counts.readPart([raw, 'num_search_queries']);
  return counts.readPart([partOf(raw, 'server_tool_use_details'), 'web_search_requests']);
}

function compareDuplicates(raw: Fields, counts: Counts): void {
  const hit = counts.read(raw, 'prompt_cache_hit_tokens');
  const miss = counts.read(raw, 'prompt_cache_miss_tokens');
  if (hit === undefined || miss === undefined) return;
  if (hit + miss !== counts.read(raw, 'prompt_tokens')) counts.flags.add('DUPLICATES_DISAGREE');
}

/** Plain decimal text of what is not negative. */
function decimalIn(value: unknown): string | undefined {
  const text = decimalOf(value);
  return text?.startsWith('-') === true ? undefined : text;
}
