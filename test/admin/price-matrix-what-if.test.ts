import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { chargedTotal } from '#core/ledger/charged-total.ts';
import { type Amount, amount } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import { rate } from '#core/pricing/rate.ts';
import { callOf, entryOf, type Payer, samplePrice } from '#ports/ledger-entries.contract.ts';
import { clientOf, type Made } from './client.ts';
import { type Api, matrixPath } from './matrix-stage.ts';
import { type AdminServer, startAdminServer } from './server.ts';

const usd = currencyOf('usd');
const day = 86_400_000;
const negotiatedId = '0198a5f0-0000-7000-8000-00000000000a';
const proposed = { input_price: '4.5', output_price: '0.0375', per: '1000000' };
const gatewayId = crypto.randomUUID();

let server: AdminServer;
let api: Api;
let dispatchNo = 0;
const entries: ChargeEntry[] = [];

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
  for (const name of ['business', 'individual', 'free']) await api.make('/api/v1/customer-types', { name });
  await api.make('/api/v1/providers', { name: 'north', adapter: 'simulator', base_url: 'https://north.example' });
  await api.make('/api/v1/models', { provider: 'north', model_id: 'north-1', name: 'compass' });
  const owner = await api.make('/api/v1/organizations', { name: 'Apple', customer_type: 'business' });
  await publishAs(samplePrice.id, { book: 'list', owner: null });
  await publishAs(negotiatedId, { book: 'negotiated', owner: owner.id });

  const apple = payerOf(owner);
  const alone = payerOf(await api.make('/api/v1/users', { email: 'alone@example.com', customer_type: 'individual' }));
  const nobody = payerOf(await api.make('/api/v1/users', { email: 'nobody@example.com' }));
  await server.ledger.openGateway(gatewayId, Date.now());
  for (const tokens of [10, 333, 77]) await book(apple, { tokens, daysAgo: 1, organizationId: owner.id });
  await book(apple, { tokens: 50, daysAgo: 20, organizationId: owner.id });
  await book(apple, { tokens: 60, daysAgo: 2, organizationId: owner.id, versionId: negotiatedId });
  await book(apple, { tokens: 90, daysAgo: 2, organizationId: owner.id, cutOffAt: amount(1_000_000n) });
  await book(apple, { tokens: 20, daysAgo: 3, organizationId: owner.id, estimatedFirst: 900 });
  await book(alone, { tokens: 500, daysAgo: 1 });
  await book(nobody, { tokens: 700, daysAgo: 1 });
});
afterAll(() => server.close());

async function publishAs(id: string, { book, owner }: { book: string; owner: string | null }): Promise<void> {
  await server.pool.query(
    `insert into faregate.price_version
      (id, book, owner_id, subject_kind, subject_name, currency, components, valid_from, author)
      values ($1, $2, $3, 'model', $4, 'usd', $5, $6, 'tester')`,
    [id, book, owner, samplePrice.subject.name, JSON.stringify(samplePrice.components), samplePrice.validFrom],
  );
}

function payerOf({ id, wallets }: Made): Payer {
  const walletId = wallets[0]?.id ?? '';
  return { walletId, currency: 'usd', virtualKeyId: crypto.randomUUID(), userId: id };
}

interface Booking {
  readonly tokens: number;
  readonly daysAgo: number;
  readonly organizationId?: string;
  readonly versionId?: string;
  readonly cutOffAt?: Amount;
  readonly estimatedFirst?: number;
}

async function book(payer: Payer, booking: Booking): Promise<void> {
  const { organizationId, versionId, cutOffAt, estimatedFirst, tokens, daysAgo } = booking;
  dispatchNo += 1;
  const { pins, userId: _, ...call } = callOf(payer, { gatewayId, dispatchNo, atMs: Date.now() - daysAgo * day });
  const charge = versionId === undefined ? pins.charge : { ...pins.charge, versionId };
  const payerIds = organizationId === undefined ? { userId: payer.userId } : { organizationId };
  const dispatched = { ...call, ...payerIds, pins: { ...pins, charge } };
  const estimate = entryOf(dispatched, { completionTokens: estimatedFirst ?? 0, estimateNo: 1 });
  const final = entryOf(dispatched, {
    completionTokens: tokens,
    ...(cutOffAt === undefined ? {} : { heldWhenCutOff: cutOffAt }),
  });
  if (estimatedFirst !== undefined) await server.ledger.write([estimate]);
  await server.ledger.write([final]);
  entries.push(final);
}

const whatIf = (row: object, more: object = {}) =>
  api.post(`${matrixPath}/what-if`, { rows: [{ provider: 'north', model: 'compass', ...row }], ...more });

/** What the engine says, call by call. */
function byHand(some: readonly ChargeEntry[]): { charged: string; would_be: string; difference: string } {
  const price = preparePrice({
    ...samplePrice,
    id: 'by hand',
    components: [
      { meter: 'input', price: proposed.input_price, per: proposed.per, currency: 'usd' },
      { meter: 'output', price: proposed.output_price, per: proposed.per, currency: 'usd' },
    ],
  });
  const charged = some.reduce((sum, { total }) => sum + total, 0n);
  const wouldBe = some.reduce((sum, { usage, call, outcome }) => {
    const receipt = rate({ price, usage, facts: call.facts });
    return sum + chargedTotal({ outcome, receipt, held: call.held });
  }, 0n);
  const text = (units: bigint) => formatAmount(amount(units), usd);
  return { charged: text(charged), would_be: text(wouldBe), difference: text(wouldBe - charged) };
}

const ofApple = (recentDays: number) =>
  entries.filter(({ call }) => call.organizationId !== undefined && call.startedAt > Date.now() - recentDays * day);
const isNegotiated = ({ call }: ChargeEntry) => call.pins.charge.versionId === negotiatedId;

test('what the last calls would have been charged is what rating each of them again by hand gives, to the last unit', async () => {
  const { status, body } = await whatIf({ customer_type: 'business', ...proposed });
  expect(status).toBe(200);
  const recent = ofApple(7);
  const hand = byHand(recent.filter((entry) => !isNegotiated(entry)));
  const negotiated = recent.filter(isNegotiated).reduce((sum, { total }) => sum + total, 0n);
  const withNegotiated = (text: string): string => formatAmount(amount(unitsOf(text) + negotiated), usd);
  expect(body).toMatchObject({
    calls: 6,
    cut: false,
    data: [
      {
        provider: 'north',
        model: 'compass',
        customer_type: 'business',
        currency: 'usd',
        calls: 6,
        unaffected: 1,
        refused: 0,
        incomplete: { charged: 0, would_be: 0 },
        charged: withNegotiated(hand.charged),
        would_be: withNegotiated(hand.would_be),
        difference: hand.difference,
      },
    ],
  });
});

function unitsOf(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(usd.scale, '0')}`);
}

test('thirty days reach further back than seven', async () => {
  expect((await whatIf({ customer_type: 'business', ...proposed }, { days: 30 })).body).toMatchObject({
    data: [{ calls: 7 }],
  });
});

test('a user without an organization is of its own customer type', async () => {
  const { body } = await whatIf({ customer_type: 'individual', ...proposed });
  const own = entries.filter(({ call }) => call.userId !== undefined && call.startedAt > Date.now() - 7 * day);
  expect(body).toMatchObject({ data: [{ calls: 1, ...byHand(own.slice(0, 1)) }] });
  expect((await whatIf({ customer_type: 'free', ...proposed })).body).toMatchObject({ calls: 0, data: [] });
});

test('a price that leaves something out, or none in the wallet’s currency, is seen before it is published', async () => {
  const { body } = await whatIf({ customer_type: 'individual', output_price: '1', per: '1' });
  expect(body).toMatchObject({ data: [{ incomplete: { charged: 0, would_be: 1 } }] });
  const foreign = await whatIf({ customer_type: 'individual', price_per_request: '1', currency: 'inr' });
  expect(foreign.body).toMatchObject({ data: [{ refused: 1, would_be: '0' }] });
  await api.make('/api/v1/fx-rates', { base: 'inr', quote: 'usd', rate: '0.0125', source: 'test' });
  const exchanged = await whatIf({ customer_type: 'individual', price_per_request: '1', currency: 'inr' });
  expect(exchanged.body).toMatchObject({ data: [{ refused: 0, would_be: '0.0125' }] });
});

test('nothing is booked, counted or published by it', async () => {
  const state = async () => {
    const { rows } = await server.pool.query<object>(
      `select (select count(*) from faregate.usage_record) as records, (select count(*) from faregate.billing_event) as events,
        (select count(*) from faregate.price_version) as prices, (select sum(balance) from faregate.wallet) as balance`,
    );
    return rows[0];
  };
  const before = await state();
  await whatIf({ customer_type: 'business', ...proposed }, { days: 30 });
  expect(await state()).toEqual(before);
});

test('a table that is wrong is not replayed', async () => {
  expect(await whatIf({ customer_type: 'business' })).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringMatching(/^Pricing incomplete: provider=north model=compass/) } },
  });
  expect((await whatIf({ customer_type: 'business', ...proposed }, { days: 0 })).status).toBe(400);
});
