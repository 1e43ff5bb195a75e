// The list of what can be called, as Anthropic's dialect pages through it.
import type { Route } from '#core/catalog/catalog.ts';
import type { Fields } from '#core/usage/counts.ts';

const pageMax = 1_000;

export function listModels(routes: readonly Route[], query: URLSearchParams): Fields {
  const after = query.get('after_id');
  const before = query.get('before_id');
  const from = after === null ? 0 : routes.findIndex(({ name }) => name === after) + 1;
  const to =
    before === null
      ? routes.length
      : Math.max(
          from,
          routes.findIndex(({ name }) => name === before),
        );
  const limit = limitOf(query.get('limit'));
  const start = before === null ? from : Math.max(from, to - limit);
  const page = routes.slice(start, Math.min(to, start + limit));
  return {
    data: page.map(modelOf),
    first_id: page[0]?.name ?? null,
    last_id: page.at(-1)?.name ?? null,
    has_more: before === null ? start + page.length < routes.length : start > from,
  };
}

export function modelOf({ name, createdAt }: Route): Fields {
  return { type: 'model', id: name, display_name: name, created_at: new Date(createdAt).toISOString() };
}

function limitOf(text: string | null): number {
  return text !== null && /^\d{1,4}$/.test(text) ? Math.min(Math.max(1, Number(text)), pageMax) : pageMax;
}
