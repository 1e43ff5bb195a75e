// Invoking a model directly: the counts are in the headers, or in the last chunk of a stream; the body is the maker's.
import { Counts, type Fields, isFields, partOf } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import { lastValues } from '#core/usage/last-values.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, eventsIn, headersOf } from '#core/usage/payload.ts';
import { tokenUsage } from '#core/usage/record.ts';
import type { Usage } from '#core/usage/usage.ts';

const normalizer = { id: 'bedrock-invoke', version: '1' };

export const normalizeInvoke: Normalizer = (payload) => {
  const events = eventsIn(payload);
  const body = events ? lastValues(events) : bodyOf(payload);
  const metrics = partOf(body ?? {}, 'amazon-bedrock-invocationMetrics');
  const raw = Object.keys(metrics).length > 0 ? metrics : fromHeaders(headersOf(payload));
  return { usage: invokeUsage(raw, payload), facts: {} };
};

/** Headers are text. */
function fromHeaders(headers: Fields): Fields {
  const count = (name: string) => {
    const text = decimalOf(headers[`x-amzn-bedrock-${name}-token-count`]);
    return text === undefined ? undefined : Number(text);
  };
  return {
    inputTokenCount: count('input'),
    outputTokenCount: count('output'),
    cacheReadInputTokenCount: count('cache-read-input'),
    cacheWriteInputTokenCount: count('cache-write-input'),
  };
}

function invokeUsage(raw: Fields, payload: unknown): Usage {
  const counts = new Counts();
  const input = counts.read(raw, 'inputTokenCount');
  const read = counts.readPart([raw, 'cacheReadInputTokenCount']);
  const written = counts.readPart([raw, 'cacheWriteInputTokenCount']);
  return tokenUsage(
    {
      normalizer,
      raw: payload,
      prompt: input === undefined ? undefined : input + read + written,
      completion: counts.read(raw, 'outputTokenCount'),
      promptParts: { cached_tokens: read, cache_write_tokens: written },
      // Neither headers nor metrics say how long it is kept; the body of the maker does.
      lifetimes: { '5m': written },
    },
    counts,
  );
}

/** Embeddings: input only. */
export const normalizeTitanEmbedding: Normalizer = (payload) => {
  const counts = new Counts();
  const prompt = isFields(payload) ? counts.read(payload, 'inputTextTokenCount') : undefined;
  const completion = prompt === undefined ? undefined : 0;
  return { usage: tokenUsage({ normalizer, raw: payload, prompt, completion }, counts), facts: {} };
};
