// The list of what can be called, as Gemini's dialect pages through it.
import type { Route } from '#core/catalog/catalog.ts';
import type { Fields } from '#core/usage/counts.ts';

const pageDefault = 50;
const pageMax = 1_000;

export function listModels(routes: readonly Route[], query: URLSearchParams): Fields {
  const size = sizeOf(query.get('pageSize') ?? query.get('page_size'));
  const token = query.get('pageToken') ?? query.get('page_token');
  const after = token === null ? undefined : Buffer.from(token, 'base64url').toString('utf8');
  const start = after === undefined ? 0 : routes.findIndex(({ name }) => name === after) + 1;
  const page = routes.slice(start, start + size);
  const last = page.at(-1);
  const more = last !== undefined && start + page.length < routes.length;
  return {
    models: page.map(modelOf),
    ...(more ? { nextPageToken: Buffer.from(last.name).toString('base64url') } : {}),
  };
}

const methods: Readonly<Partial<Record<Route['kind'], readonly string[]>>> = {
  chat: ['generateContent', 'streamGenerateContent', 'countTokens'],
  embedding: ['embedContent', 'batchEmbedContents'],
};

export function modelOf({ name, kind, targets: [target] }: Route): Fields {
  return {
    name: `models/${name}`,
    version: '001',
    displayName: name,
    description: `Answers through ${target?.provider.name ?? 'faregate'}.`,
    inputTokenLimit: target?.contextWindow,
    outputTokenLimit: target?.maxOutputTokens,
    supportedGenerationMethods: methods[kind] ?? [],
  };
}

function sizeOf(text: string | null): number {
  return text !== null && /^\d{1,4}$/.test(text) && Number(text) > 0 ? Math.min(Number(text), pageMax) : pageDefault;
}
