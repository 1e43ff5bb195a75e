// `billing_time` is what is billed: the length, and every distinct channel of it.
import { Counts, partOf } from '#core/usage/counts.ts';
import { heardUsage } from '#core/usage/heard.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';

const normalizeTranscript: Normalizer = (payload) => {
  const body = bodyOf(payload);
  const result = 'result' in body ? partOf(body, 'result') : body;
  const metadata = 'metadata' in result ? partOf(result, 'metadata') : result;
  const counts = new Counts();
  const seconds = counts.readDecimal(metadata, 'billing_time') ?? counts.readDecimal(metadata, 'audio_duration');
  const usage = heardUsage({ normalizer: { id: 'gladia', version: '1' }, raw: payload, seconds }, counts);
  return { usage, facts: {} };
};

export const gladiaNormalizers: Readonly<Record<string, Normalizer>> = { 'gladia.transcript': normalizeTranscript };
