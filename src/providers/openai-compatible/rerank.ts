// What a ranking consumed: tokens for most, units of search for some.
import { Counts, type Fields, isFields, partOf } from '#core/usage/counts.ts';
import { unitUsage } from '#core/usage/record.ts';
import { missingUsage, type Usage } from '#core/usage/usage.ts';
import { normalizeOpenAiUsage } from './usage.ts';

const normalizer = { id: 'openai-compatible-rerank', version: '1' };

export function rerankUsage(answer: Fields): Usage {
  if (isFields(answer['usage'])) return normalizeOpenAiUsage(answer['usage'], { endpoint: 'embeddings' });
  const raw = partOf(answer, 'meta');
  const counts = new Counts();
  const units = counts.readDecimal(partOf(raw, 'billed_units'), 'search_units');
  if (units === undefined && !counts.invalid) return missingUsage({ normalizer, raw: null });
  const quantities = units === undefined ? {} : { search_unit: units };
  return unitUsage({ normalizer, raw, unit: 'search_unit', quantity: 'search_unit', quantities }, counts);
}
