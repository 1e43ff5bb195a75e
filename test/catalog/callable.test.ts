// What is catalogued with a price can be quoted, held and rated.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresDirectory } from '#adapters/postgres/directory.ts';
import { PriceBook } from '#core/catalog/price-book.ts';
import { quote } from '#core/pricing/quote.ts';
import type { CatalogRows } from '#ports/directory.ts';
import { type CatalogDatabase, catalogDatabase } from './imported.ts';

let database: CatalogDatabase;
let catalog: CatalogRows;

beforeAll(async () => {
  database = await catalogDatabase();
  await database.import();
  catalog = await postgresDirectory(database.pool, { vault: { open: () => '' } }).catalog();
});
afterAll(() => database.close());

test('every chat and embedding model with a price has one for all that a plain call consumes', () => {
  const prices = new PriceBook(catalog.prices);
  const now = Date.now();
  const priced = catalog.routes.flatMap(({ name, kind, targets: [target] }) => {
    const price = prices.chargeFor(name, {}, now);
    if (!price || !target || (kind !== 'chat' && kind !== 'embedding')) return [];
    expect(prices.costFor(target.name, now), `${target.name} behind ${name}`).toBeDefined();
    const outputTokensMax = kind === 'chat' ? 1_000 : 0;
    const facts = { occurred_at: new Date(now).toISOString() };
    const quoted = quote({ price, facts, bounds: { promptTokensMax: 300_000, outputTokensMax, choices: 1 } });
    return [{ name, unpriced: quoted.unpriced }];
  });
  expect(priced.length).toBeGreaterThan(120);
  expect(priced.filter(({ unpriced }) => unpriced.length > 0)).toEqual([]);
});

test('a long prompt is quoted at the price for long prompts', () => {
  const price = new PriceBook(catalog.prices).chargeFor('gemini-2.5-pro', {}, Date.now());
  if (!price) throw new Error('gemini-2.5-pro has no price.');
  const facts = { occurred_at: new Date().toISOString() };
  const quoted = (promptTokensMax: number) =>
    quote({ price, facts, bounds: { promptTokensMax, outputTokensMax: 0, choices: 1 } }).fixed;
  expect(quoted(200_000)).toEqual({ numerator: 250_000_000_000n, denominator: 1n });
  expect(quoted(200_001)).toEqual({ numerator: 500_002_500_000n, denominator: 1n });
});
