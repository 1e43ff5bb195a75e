// Chat in OpenAI's words with names of its own for the cache; documents are billed by the page.
import { Counts, partOf } from '#core/usage/counts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';
import { openAiNormalizer } from '../openai-compatible/normalizers.ts';

const normalizeOcr: Normalizer = (payload) => {
  const body = bodyOf(payload);
  const counts = new Counts();
  const pages = counts.readDecimal('usage_info' in body ? partOf(body, 'usage_info') : body, 'pages_processed');
  const quantities = pages === undefined ? {} : { page: pages };
  const normalizer = { id: 'mistral-ocr', version: '1' };
  return {
    usage: unitUsage({ normalizer, raw: payload, unit: 'page', quantity: 'page', quantities }, counts),
    facts: {},
  };
};

export const mistralNormalizers: Readonly<Record<string, Normalizer>> = {
  'mistral.chat': openAiNormalizer({ endpoint: 'chat' }),
  'mistral.ocr': normalizeOcr,
};
