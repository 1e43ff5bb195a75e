// Every endpoint of the dialect whose counts stand in a `usage` object, whoever answers.
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { factsOf } from '#core/usage/facts.ts';
import { lastValues } from '#core/usage/last-values.ts';
import type { Normalized, Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, eventsIn, partOrWhole } from '#core/usage/payload.ts';
import type { CallFacts } from '#core/usage/usage.ts';
import { normalizeOpenAiUsage, type UsageContext } from './usage.ts';

/** An answer, a stream of chunks, or the usage object alone. */
export function openAiNormalizer(context: UsageContext): Normalizer {
  return (payload) => {
    const events = eventsIn(payload);
    if (events) return normalizedStream(events, context);
    const raw = partOrWhole(payload, 'usage', 'x_groq');
    return normalized(isFields(raw) && isFields(raw['usage']) ? raw['usage'] : raw, bodyOf(payload), context);
  };
}

export function normalized(raw: unknown, body: Fields, context: UsageContext): Normalized {
  return { usage: normalizeOpenAiUsage(raw, context), facts: openAiFacts(body, isFields(raw) ? raw : {}) };
}

/** Usage comes on the last chunk, on every chunk so far, or in a place of its own. */
function normalizedStream(events: readonly unknown[], context: UsageContext): Normalized {
  const chunks = events.filter(isFields);
  const own = lastValues(chunks.map((chunk) => chunk['usage']));
  const elsewhere = lastValues(chunks.map(usageElsewhere));
  const raw = own ?? elsewhere ?? null;
  const { usage, facts } = normalized(raw, lastValues(chunks) ?? {}, context);
  if (own === undefined || elsewhere === undefined || sameCounts(own, elsewhere)) return { usage, facts };
  return { usage: { ...usage, flags: [...usage.flags, 'DUPLICATES_DISAGREE'] }, facts };
}

function usageElsewhere(chunk: Fields): unknown {
  const groq = partOf(chunk, 'x_groq')['usage'];
  return groq ?? partOf(chunk, 'response')['usage'] ?? listOf(chunk['choices'])[0]?.['usage'];
}

function sameCounts(left: Fields, right: Fields): boolean {
  return ['prompt_tokens', 'completion_tokens', 'total_tokens'].every(
    (name) => left[name] === undefined || right[name] === undefined || left[name] === right[name],
  );
}

/** The tier is the one that served, which need not be the one asked for. */
export function openAiFacts(body: Fields, usage: Fields): Partial<CallFacts> {
  return factsOf({
    service_tier: wordOf(body, 'service_tier') ?? wordOf(usage, 'service_tier'),
    speed: wordOf(usage, 'speed'),
    search_context: wordOf(usage, 'search_context_size'),
  });
}

const inside = openAiNormalizer({ endpoint: 'chat' });
const either = openAiNormalizer({ endpoint: 'chat', cachePlace: 'either' });

export const openAiCompatibleNormalizers: Readonly<Record<string, Normalizer>> = {
  'openai.chat': inside,
  'openai.completions': inside,
  'openai.embeddings': openAiNormalizer({ endpoint: 'embeddings' }),
  // Hosts that put their counts where others do, at top level or in a place of their own, and mean the same.
  'azure.chat': inside,
  'together.chat': inside,
  'fireworks.chat': inside,
  'huggingface.chat': inside,
  'moonshot.chat': inside,
  'novita.chat': inside,
  'cerebras.chat': inside,
  'zai.chat': inside,
  'minimax.chat': inside,
  'openrouter.chat': inside,
  'openrouter.responses': openAiNormalizer({ endpoint: 'responses' }),
  'deepseek.chat': inside,
  // Gateways that answer for others: their total says whether the cache is inside the prompt.
  'litellm.chat': either,
  'portkey.chat': either,
  'anthropic.openai-compatible': inside,
};
