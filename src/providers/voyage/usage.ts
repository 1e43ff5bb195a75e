// Embeddings and reranking that report nothing but a total; pictures and films are counted by their pixels.
import { parseDecimal, plus, rational, times } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { Counts, isFields } from '#core/usage/counts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { partOrWhole } from '#core/usage/payload.ts';
import { tokenUsage } from '#core/usage/record.ts';
import { invalidUsage, missingUsage } from '#core/usage/usage.ts';

const normalizer = { id: 'voyage', version: '1' };

export const normalizeEmbedding: Normalizer = (payload) => {
  const raw = partOrWhole(payload, 'usage');
  if (raw === undefined || raw === null) return { usage: missingUsage({ normalizer, raw: null }), facts: {} };
  if (!isFields(raw)) return { usage: invalidUsage({ normalizer, raw, flags: ['NO_USAGE_OBJECT'] }), facts: {} };
  const counts = new Counts();
  const total = counts.readAny([raw, 'total_tokens']);
  const prompt = total ?? counts.readAny([raw, 'prompt_tokens'], [raw, 'text_tokens']);
  const pixels = [counts.readDecimal(raw, 'image_pixels'), counts.readDecimal(raw, 'video_pixels')];
  const sum = plus(parseDecimal(pixels[0] ?? '0'), parseDecimal(pixels[1] ?? '0'));
  const usage = tokenUsage(
    {
      normalizer,
      raw,
      prompt,
      completion: prompt === undefined ? undefined : 0,
      quantities: { megapixel_in: exactText(times(sum, rational(1n, 1_000_000n))) },
      reportedTotal: total,
    },
    counts,
  );
  return { usage, facts: {} };
};

export const voyageNormalizers: Readonly<Record<string, Normalizer>> = {
  'voyage.embeddings': normalizeEmbedding,
  'voyage.rerank': normalizeEmbedding,
  'jina.embeddings': normalizeEmbedding,
  'jina.rerank': normalizeEmbedding,
};
