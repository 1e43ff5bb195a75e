// Reasoning stands beside completion, in the total; cached tokens that are more than the prompt stand beside it.
import type { Normalizer } from '#core/usage/normalizer.ts';
import { openAiNormalizer } from '../openai-compatible/normalizers.ts';

export const xaiNormalizers: Readonly<Record<string, Normalizer>> = {
  'xai.chat': openAiNormalizer({ endpoint: 'chat', cachePlace: 'outside-when-more' }),
};
