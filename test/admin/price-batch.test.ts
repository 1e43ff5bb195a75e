import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NewPrice, PriceBatch, PublishedBatch } from '#ports/administration.ts';
import { clientOf } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
const types = ['individual', 'team', 'business', 'enterprise'];
const names = Array.from({ length: 200 }, (_, index) => `batch-model-${index}`);

beforeAll(async () => {
  server = await startAdminServer();
  const api = clientOf(server);
  for (const name of types) await api.make('/api/v1/customer-types', { name });
  await server.pool.query(
    `insert into faregate.model (id, provider_id, model_id, name)
     select gen_random_uuid(), p.id, each, each from faregate.provider p, unnest($1::text[]) each where p.name = 'sim'`,
    [names],
  );
});
afterAll(() => server.close());

const priceOf = (name: string, more: Partial<NewPrice> = {}): NewPrice => ({
  id: randomUUID(),
  book: 'list',
  subject: { kind: 'model', name },
  currency: 'usd',
  pricing_model: 'per_request',
  components: [{ meter: 'request', price: '0.02', per: '1', currency: 'usd' }],
  modifiers: [],
  ...more,
});
const matrix = (): readonly NewPrice[] =>
  types.flatMap((owner) => names.map((name) => priceOf(name, { book: 'customer_type', owner })));
const publish = (batch: PriceBatch) => server.desk.administration.prices.publishAll('tester', batch);
const published = async (batch: PriceBatch): Promise<PublishedBatch> => {
  const outcome = await publish(batch);
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.row;
};
const only = async (name: string, more: Partial<NewPrice> = {}) => {
  const { published: rows } = await published({ prices: [priceOf(name, more)] });
  const [row] = rows;
  if (!row) throw new Error('nothing was published');
  return row;
};
const countOf = async (): Promise<bigint> => {
  const { rows } = await server.pool.query<{ count: bigint }>('select count(*) from faregate.price_version');
  return rows[0]?.count ?? 0n;
};

test('800 prices are published in one go within two seconds, over others and over what was seen', async () => {
  const first = await published({ prices: matrix() });
  expect(first.published).toHaveLength(800);
  const seen = first.published.map(({ id, book, owner, subject }) => ({
    book,
    owner: owner?.id ?? '',
    subject,
    version_id: id,
  }));
  const began = performance.now();
  const second = await published({ prices: matrix(), seen });
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(second.published.map(({ predecessor_id }) => predecessor_id)).toEqual(first.published.map(({ id }) => id));
  expect(second.published.every(({ state }) => state === 'current')).toBe(true);
  const { rows } = await server.pool.query<{ count: bigint }>(
    `select count(*) from faregate.audit_log where actor = 'tester' and action = 'price_version.publish'`,
  );
  expect(rows[0]?.count).toBe(1_600n);
});

test('nothing is published when one row of many is refused, and the row is named', async () => {
  const before = await countOf();
  const prices = [...matrix(), priceOf('no-such-model')];
  expect(await publish({ prices })).toEqual({ kind: 'unknown', field: 'prices[800].subject.name' });
  const unowned = [priceOf('batch-model-1'), priceOf('batch-model-2', { book: 'negotiated', owner: 'nobody' })];
  expect(await publish({ prices: unowned })).toEqual({ kind: 'unknown', field: 'prices[1].owner' });
  expect(await countOf()).toBe(before);
});

test('a price that has changed since it was seen refuses the whole batch, and names provider, model and owner', async () => {
  const place = { book: 'customer_type', owner: 'team', subject: { kind: 'model', name: 'batch-model-7' } } as const;
  const current = await only('batch-model-7', { book: 'customer_type', owner: 'team' });
  await only('batch-model-7', { book: 'customer_type', owner: 'team' });
  const before = await countOf();
  const outcome = await publish({ prices: matrix(), seen: [{ ...place, version_id: current.id }] });
  expect(outcome).toMatchObject({
    kind: 'conflict',
    reason: expect.stringMatching(/batch-model-7 of sim for team \(customer_type\) has been changed meanwhile/),
  });
  expect(await countOf()).toBe(before);
  const nothing = { book: 'list', subject: { kind: 'model', name: 'batch-model-8' } } as const;
  expect((await publish({ prices: [], seen: [{ ...nothing, version_id: null }] })).kind).toBe('done');
  await only('batch-model-8');
  expect((await publish({ prices: [], seen: [{ ...nothing, version_id: null }] })).kind).toBe('conflict');
});

test('a batch may end what counts, cancel what has not begun, and put another in its place', async () => {
  const current = await only('batch-model-10');
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const scheduled = await only('batch-model-11', { valid_from: later });
  const draft = await only('batch-model-12', { state: 'draft' });
  const off = await only('batch-model-13', { is_enabled: false });
  expect([draft.state, off.state]).toEqual(['draft', 'disabled']);
  const { ended, published: rows } = await published({
    prices: [priceOf('batch-model-10')],
    ends: [current.id, scheduled.id, draft.id, off.id],
  });
  expect(ended.map(({ state }) => state)).toEqual(['ended', 'cancelled', 'cancelled', 'disabled']);
  expect(ended[3]?.valid_to).not.toBeNull();
  expect(rows[0]).toMatchObject({ state: 'current', predecessor_id: current.id, valid_from: ended[0]?.valid_to });
  expect(await publish({ prices: [], ends: [randomUUID()] })).toEqual({ kind: 'unknown', field: 'ends' });
});

test('one batch may hold the price of now and that of later for one place', async () => {
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const [now, then] = [priceOf('batch-model-20'), priceOf('batch-model-20', { valid_from: later })];
  const { published: rows } = await published({ prices: [now, then] });
  expect(rows).toMatchObject([
    { id: now.id, state: 'current', valid_to: later },
    { id: then.id, state: 'scheduled', valid_to: null, predecessor_id: now.id },
  ]);
});

test('batches that touch the same places in opposite orders both go through', async () => {
  const one = matrix().slice(0, 200);
  const outcomes = await Promise.all(
    [one, one.toReversed(), one, one.toReversed()].map((prices) =>
      publish({ prices: prices.map((price) => ({ ...price, id: randomUUID() })) }),
    ),
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'done', 'done', 'done']);
});
