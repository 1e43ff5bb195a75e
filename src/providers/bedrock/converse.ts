// Converse: the cache stands beside the input, the total has all four, and two names carry each of the cache's counts.
import { Counts, type Fields, isFields, listOf, namesTokens, partOf, wordOf } from '#core/usage/counts.ts';
import { factsOf } from '#core/usage/facts.ts';
import { lastValues } from '#core/usage/last-values.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, eventsIn, partOrWhole } from '#core/usage/payload.ts';
import { tokenUsage } from '#core/usage/record.ts';
import { invalidUsage, missingUsage, type Usage } from '#core/usage/usage.ts';

const normalizer = { id: 'bedrock-converse', version: '1' };

/** In a stream the event `metadata` has it. */
export const normalizeConverse: Normalizer = (payload) => {
  const events = eventsIn(payload);
  const body = events
    ? (lastValues(events.filter(isFields).map((event) => (isFields(event['metadata']) ? event['metadata'] : event))) ??
      {})
    : bodyOf(payload);
  const raw = events ? body['usage'] : partOrWhole(body['metadata'] ?? payload, 'usage');
  return { usage: converseUsage(raw), facts: factsOf({ service_tier: tierIn(body) }) };
};

function converseUsage(raw: unknown): Usage {
  if (raw === undefined || raw === null) return missingUsage({ normalizer, raw: null });
  if (!isFields(raw)) return invalidUsage({ normalizer, raw, flags: ['NO_USAGE_OBJECT'] });
  const counts = new Counts();
  const input = counts.read(raw, 'inputTokens');
  const output = counts.read(raw, 'outputTokens');
  const read = counts.readPart([raw, 'cacheReadInputTokens'], [raw, 'cacheReadInputTokenCount']);
  const written = counts.readPart([raw, 'cacheWriteInputTokens'], [raw, 'cacheWriteInputTokenCount']);
  const total = counts.read(raw, 'totalTokens');
  counts.noteUnknown(raw, knownFields, namesTokens);
  const embedded = output === undefined && input !== undefined && total === input;
  return tokenUsage(
    {
      normalizer,
      raw,
      prompt: input === undefined ? undefined : input + read + written,
      completion: embedded ? 0 : output,
      promptParts: { cached_tokens: read, cache_write_tokens: written },
      lifetimes: lifetimesIn(raw, written, counts),
      reportedTotal: total,
    },
    counts,
  );
}

/** What is written without a word about its lifetime is kept five minutes. */
function lifetimesIn(raw: Fields, written: number, counts: Counts) {
  const kept = { '5m': 0, '1h': 0 };
  for (const detail of listOf(raw['cacheDetails'])) {
    const tokens = counts.readPart([detail, 'inputTokens']);
    const ttl = wordOf(detail, 'ttl');
    if (ttl === '5m' || ttl === '1h') kept[ttl] += tokens;
    else counts.flags.add('UNKNOWN_CACHE_LIFETIME');
  }
  return { ...kept, '5m': kept['5m'] + Math.max(0, written - kept['5m'] - kept['1h']) };
}

function tierIn(body: Fields): string | undefined {
  return wordOf(body, 'serviceTier') ?? wordOf(partOf(body, 'serviceTier'), 'type');
}

const knownFields = new Set([
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cacheReadInputTokens',
  'cacheReadInputTokenCount',
  'cacheWriteInputTokens',
  'cacheWriteInputTokenCount',
]);
