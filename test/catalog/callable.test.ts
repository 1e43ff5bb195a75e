// What is catalogued with a price can be quoted, held and rated.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresDirectory } from '#adapters/postgres/directory.ts';
import { PriceBook } from '#core/catalog/price-book.ts';
import { quote } from '#core/pricing/quote.ts';
import type { Parsed } from '#core/call/model-call.ts';
import { parseImages, parseSpeech } from '#dialects/openai/media/parse-media.ts';
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

test('every model for images, speech and transcripts with a price has one by which a call can be bounded', () => {
  const prices = new PriceBook(catalog.prices);
  const now = Date.now();
  const headers = {};
  const json = (body: object) => Buffer.from(JSON.stringify(body));
  const images = (model: string) => parseImages(json({ model, prompt: 'A ferry', size: '1024x1024' }), headers);
  const calls: Readonly<Partial<Record<string, (model: string) => Parsed>>> = {
    image: images,
    speech: (model) => parseSpeech(json({ model, input: 'Hello', voice: 'alloy' }), headers),
  };
  const priced = catalog.routes.flatMap(({ name, kind }) => {
    const price = prices.chargeFor(name, {}, now);
    const parsed = calls[kind]?.(name);
    if (!price || parsed?.kind !== 'call') return [];
    const { quantities, produces, usualFacts, choices } = parsed.call;
    const bounds = { promptTokensMax: 100, outputTokensMax: 1_000, choices, quantities: quantities ?? {} };
    const { unpriced, unbounded } = quote({
      price,
      facts: { ...usualFacts, occurred_at: new Date(now).toISOString() },
      bounds: { ...bounds, ...(produces && { produces }) },
    });
    return [{ name, missing: [...unpriced, ...unbounded] }];
  });
  expect(priced.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['dall-e-3', 'flux-2-pro', 'imagen-3.0-generate-002', 'tts-1', 'eleven_flash_v2_5']),
  );
  expect(priced.filter(({ missing }) => missing.length > 0)).toEqual([]);
});
