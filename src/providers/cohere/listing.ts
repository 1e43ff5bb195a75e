// What Cohere offers, and at which of its addresses.
import { type Fields, isFields, listOf } from '#core/usage/counts.ts';
import type { ModelListing } from '#ports/provider.ts';

/** The first of these that a model has tells what it is for. */
const kinds = [
  ['chat', 'chat'],
  ['embed', 'embedding'],
  ['rerank', 'rerank'],
] as const;

export const modelListing: ModelListing = {
  path: '/v1/models?page_size=1000',
  headers: (credential) => (credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
  read: (answer) =>
    isFields(answer) && Array.isArray(answer['models']) ? listOf(answer['models']).flatMap(offered) : undefined,
};

function offered({ name, endpoints }: Fields) {
  const found = kinds.find(([endpoint]) => Array.isArray(endpoints) && endpoints.includes(endpoint));
  return typeof name === 'string' && found ? [{ id: name, kind: found[1] }] : [];
}
