import type { Normalizer } from '#core/usage/normalizer.ts';
import { normalizeConverse } from './converse.ts';
import { normalizeGuardrail } from './guardrails.ts';
import { normalizeInvoke, normalizeTitanEmbedding } from './invoke.ts';

export const bedrockNormalizers: Readonly<Record<string, Normalizer>> = {
  'bedrock.converse': normalizeConverse,
  'bedrock.invoke': normalizeInvoke,
  'bedrock.guardrails': normalizeGuardrail,
  'bedrock.titan-embedding': normalizeTitanEmbedding,
};
