import type { Normalizer } from '#core/usage/normalizer.ts';
import { normalizeMessage, normalizeTokenCount } from './usage.ts';

export const anthropicNormalizers: Readonly<Record<string, Normalizer>> = {
  'anthropic.messages': normalizeMessage,
  'anthropic.count-tokens': normalizeTokenCount,
};
