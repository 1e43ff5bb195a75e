import type { Normalizer } from '#core/usage/normalizer.ts';
import { normalizeCachedContent } from './cache.ts';
import { normalizeInteraction } from './interactions.ts';
import { normalizeSpeechToText } from './speech-to-text.ts';
import { normalizeEmbedding, normalizeGenerate } from './usage.ts';
import { normalizeImagen, normalizeVeo, normalizeVertexEmbedding } from './vertex.ts';

export const googleNormalizers: Readonly<Record<string, Normalizer>> = {
  'gemini.generate': normalizeGenerate,
  'gemini.live': normalizeGenerate,
  'gemini.embed': normalizeEmbedding,
  'gemini.interactions': normalizeInteraction,
  'gemini.cache': normalizeCachedContent,
  'vertex.embeddings': normalizeVertexEmbedding,
  imagen: normalizeImagen,
  veo: normalizeVeo,
  'google.speech-to-text': normalizeSpeechToText,
};
