// Searches are counted in what grounds the answer: the third generation bills each, the second the prompt that searched.
import { type Fields, isFields, listOf, wordOf } from '#core/usage/counts.ts';
import type { Asked } from '#core/usage/normalizer.ts';

export function searchesIn(body: Fields, asked: Asked): number {
  const grounded = [body['groundingMetadata'], ...listOf(body['candidates']).map((each) => each['groundingMetadata'])];
  const queries = grounded.filter(isFields).flatMap(queriesOf);
  const by = asked.countSearchesBy ?? countedBy(asked.model ?? wordOf(body, 'modelVersion'));
  return by === 'prompt' ? Math.min(queries.length, 1) : queries.length;
}

function queriesOf({ webSearchQueries }: Fields): readonly string[] {
  return Array.isArray(webSearchQueries) ? webSearchQueries.filter((query) => typeof query === 'string') : [];
}

function countedBy(model = ''): 'query' | 'prompt' {
  return /gemini-[12][.-]/.test(model) ? 'prompt' : 'query';
}
