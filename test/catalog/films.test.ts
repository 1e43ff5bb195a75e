// Films of the catalogue whose providers are spoken to here: what is asked for has a price, by the facts that are held for.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresDirectory } from '#adapters/postgres/directory.ts';
import type { JobRequest } from '#core/call/job-request.ts';
import { PriceBook } from '#core/catalog/price-book.ts';
import { rate } from '#core/pricing/rate.ts';
import { estimatedUsage } from '#core/usage/usage.ts';
import { mediaJobs } from '#providers/provider-jobs.ts';
import { type CatalogDatabase, catalogDatabase } from './imported.ts';

let database: CatalogDatabase;

beforeAll(async () => {
  database = await catalogDatabase();
  await database.import();
});
afterAll(() => database.close());

/** As the server finds them. */
const adapters = new Map(mediaJobs(() => '').map((adapter) => [adapter.name, adapter]));

const image = { kind: 'url', url: 'https://pictures.example/one.png' } as const;
const asked: Readonly<Record<string, Partial<JobRequest>>> = {
  'MiniMax-Hailuo-02': { resolution: '512P', image },
};

test('every one of them that has a price and is not retired', async () => {
  const catalog = await postgresDirectory(database.pool, { vault: { open: () => '' } }).catalog();
  const prices = new PriceBook(catalog.prices);
  const now = Date.now();
  const seen = catalog.routes.flatMap(({ name, kind, subject, targets: [target] }) => {
    const adapter = target && adapters.get(target.provider.adapter);
    const price = prices.chargeFor(name, {}, now);
    if (kind !== 'video' || subject !== 'model' || !target || !adapter || !price) return [];
    const plan = adapter.plan({ kind: 'video', prompt: 'A tram', ...asked[name] }, target.model);
    if (plan.kind !== 'plan') throw new Error(`${name}: ${plan.message}`);
    const usage = {
      ...estimatedUsage({ prompt_tokens: 0, completion_tokens: 0, method: 'plan', raw: null }),
      quantities: plan.quantities,
    };
    const receipt = rate({ price, usage, facts: { ...plan.facts, occurred_at: new Date(now).toISOString() } });
    return [{ name, complete: receipt.complete, free: receipt.total === 0n }];
  });
  expect(seen.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['gen4.5', 'ray-2', 'kling-2.6', 'MiniMax-Hailuo-2.3-Fast', 'MiniMax-Hailuo-02']),
  );
  expect(seen.filter(({ complete, free }) => !complete || free)).toEqual([]);
});
