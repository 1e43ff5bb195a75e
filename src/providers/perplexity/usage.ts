// Every call costs a fee that depends on how much was searched; reasoning and citations are billed on top of completion.
import type { Normalizer } from '#core/usage/normalizer.ts';
import { openAiNormalizer } from '../openai-compatible/normalizers.ts';

const normalizeTokens = openAiNormalizer({ endpoint: 'chat', additive: true });

const normalizeChat: Normalizer = (payload, asked) => {
  const { usage, facts } = normalizeTokens(payload, asked);
  if (usage.status !== 'reported') return { usage, facts };
  return { usage: { ...usage, quantities: { request: '1', ...usage.quantities } }, facts };
};

export const perplexityNormalizers: Readonly<Record<string, Normalizer>> = { 'perplexity.chat': normalizeChat };
