// Speech by the provider's own count of characters, which is not ours; the old chat reports a total and no more.
import { Counts, partOf } from '#core/usage/counts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';
import { openAiNormalizer } from '../openai-compatible/normalizers.ts';

const normalizeSpeech: Normalizer = (payload) => {
  const body = bodyOf(payload);
  const info = 'extra_info' in body ? partOf(body, 'extra_info') : body;
  const counts = new Counts();
  const characters = counts.readDecimal(info, 'usage_characters');
  const status = partOf(body, 'base_resp')['status_code'];
  const usage = unitUsage(
    {
      normalizer: { id: 'minimax-speech', version: '1' },
      raw: payload,
      unit: 'character',
      quantity: 'character',
      quantities: characters === undefined ? {} : { character: characters },
      billable: status === undefined || status === 0,
    },
    counts,
  );
  return { usage, facts: {} };
};

export const minimaxNormalizers: Readonly<Record<string, Normalizer>> = {
  'minimax.speech': normalizeSpeech,
  'minimax.native': openAiNormalizer({ endpoint: 'chat' }),
};
