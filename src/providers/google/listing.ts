// Google's list of its models, each with what it can be asked for.
import type { ModelKind } from '#core/catalog/catalog.ts';
import { type Fields, isFields, listOf, wordOf } from '#core/usage/counts.ts';
import type { ModelListing } from '#ports/provider.ts';

export const googleListing: ModelListing = {
  // The most that one page may have; there are fewer.
  path: '/models?pageSize=1000',
  headers: (credential) => (credential === undefined ? {} : { 'x-goog-api-key': credential }),
  read(answer) {
    if (!isFields(answer) || !Array.isArray(answer['models'])) return undefined;
    return listOf(answer['models']).flatMap((model) => {
      const id = wordOf(model, 'name')?.replace(/^models\//, '');
      return id === undefined ? [] : [{ id, kind: kindOf(model) }];
    });
  },
};

function kindOf({ supportedGenerationMethods }: Fields): ModelKind {
  const methods: readonly unknown[] = Array.isArray(supportedGenerationMethods) ? supportedGenerationMethods : [];
  const method = methods.find((each) => typeof each === 'string' && each in kinds);
  return typeof method === 'string' ? (kinds[method] ?? 'chat') : 'chat';
}

const kinds: Readonly<Partial<Record<string, ModelKind>>> = {
  generateContent: 'chat',
  embedContent: 'embedding',
  predict: 'image',
  predictLongRunning: 'video',
};
