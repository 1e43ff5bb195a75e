// Anthropic's list of its models, the newest first.
import { isFields, listOf, wordOf } from '#core/usage/counts.ts';
import type { ModelListing } from '#ports/provider.ts';

/** The only one there is. */
export const apiVersion = '2023-06-01';

export const anthropicListing: ModelListing = {
  path: '/models?limit=1000',
  headers: (credential) => ({
    'anthropic-version': apiVersion,
    ...(credential === undefined ? {} : { 'x-api-key': credential }),
  }),
  read(answer) {
    if (!isFields(answer) || !Array.isArray(answer['data'])) return undefined;
    return listOf(answer['data']).flatMap((model) => {
      const id = wordOf(model, 'id');
      return id === undefined ? [] : [{ id, kind: 'chat' as const }];
    });
  },
};
