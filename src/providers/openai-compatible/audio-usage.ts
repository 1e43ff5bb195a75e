// Speech in and out: by tokens, by the second, or without a word about it.
import { isFields } from '#core/usage/counts.ts';
import { lastValues } from '#core/usage/last-values.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, eventsIn, partOrWhole } from '#core/usage/payload.ts';
import { normalized } from './normalizers.ts';

/** All that a voice puts out is sound. */
export const normalizeSpeech: Normalizer = (payload, asked) => {
  const { usage, facts } = normalizeTranscription(payload, asked);
  if (usage.completion_tokens === 0) return { usage, facts };
  const completion_tokens_details = { audio_tokens: usage.completion_tokens, ...usage.completion_tokens_details };
  return { usage: { ...usage, completion_tokens_details }, facts };
};

/** In a stream the last event has the usage. */
export const normalizeTranscription: Normalizer = (payload) => {
  const events = eventsIn(payload);
  const raw = events
    ? lastValues(events.filter(isFields).map((event) => event['usage']))
    : partOrWhole(payload, 'usage');
  return normalized(raw ?? null, bodyOf(payload), { endpoint: 'transcriptions' });
};
