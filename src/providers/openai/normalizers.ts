// What the maker of the dialect answers beyond it.
import { factsOf } from '#core/usage/facts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, partOrWhole } from '#core/usage/payload.ts';
import { notBillable } from '#core/usage/usage.ts';
import { normalized } from '../openai-compatible/normalizers.ts';
import { normalizeSpeech, normalizeTranscription } from '../openai-compatible/audio-usage.ts';
import { normalizeImages } from '../openai-compatible/image-usage.ts';
import { normalizeRealtime } from './realtime.ts';
import { normalizeResponse } from './responses.ts';
import { normalizeVideo } from './video.ts';

/** The discount is not in the payload: that it was a batch is. */
const normalizeBatch: Normalizer = (payload) => {
  const raw = partOrWhole(payload, 'usage');
  const { usage } = normalized(raw, bodyOf(payload), { endpoint: 'responses' });
  return { usage, facts: factsOf({ service_tier: 'batch' }) };
};

const normalizeModeration: Normalizer = (payload) => ({
  usage: notBillable({ normalizer: { id: 'openai-moderation', version: '1' }, raw: payload, unit: 'request' }),
  facts: {},
});

export const openAiNormalizers: Readonly<Record<string, Normalizer>> = {
  'openai.responses': normalizeResponse,
  'openai.images': normalizeImages,
  'openai.transcription': normalizeTranscription,
  'openai.speech': normalizeSpeech,
  'openai.realtime': normalizeRealtime,
  'openai.video': normalizeVideo,
  'openai.batch': normalizeBatch,
  'openai.moderation': normalizeModeration,
};
