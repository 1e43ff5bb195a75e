// Speech to text says what it bills: a duration that is rounded already, such as "12.5s".
import { Counts, partOf, wordOf } from '#core/usage/counts.ts';
import { heardUsage } from '#core/usage/heard.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';

export const normalizeSpeechToText: Normalizer = (payload) => {
  const body = bodyOf(payload);
  const counts = new Counts();
  const written = wordOf(partOf(body, 'metadata'), 'totalBilledDuration') ?? wordOf(body, 'totalBilledTime');
  const seconds =
    written === undefined ? undefined : counts.readText({ written: written.replace(/s$/, '') }, 'written');
  const usage = heardUsage(
    { normalizer: { id: 'google-speech-to-text', version: '1' }, raw: payload, seconds },
    counts,
  );
  return { usage, facts: {} };
};
