// The length of what was heard. Whether channels are billed one by one is not certain, so more than one is flagged.
import { Counts, partOf } from '#core/usage/counts.ts';
import { heardUsage } from '#core/usage/heard.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';

export const normalizeListen: Normalizer = (payload) => {
  const body = bodyOf(payload);
  const metadata = 'metadata' in body ? partOf(body, 'metadata') : body;
  const counts = new Counts();
  const seconds = counts.readDecimal(metadata, 'duration');
  const channels = counts.read(metadata, 'channels') ?? 1;
  if (channels > 1) counts.flags.add('SEVERAL_CHANNELS');
  const usage = heardUsage({ normalizer: { id: 'deepgram', version: '1' }, raw: payload, seconds }, counts);
  return { usage, facts: {} };
};

export const deepgramNormalizers: Readonly<Record<string, Normalizer>> = { 'deepgram.listen': normalizeListen };
