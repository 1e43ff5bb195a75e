import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresBooks } from '#adapters/postgres/books.ts';
import type { ChargeEntry, DispatchedCall } from '#core/ledger/entry.ts';
import { periodId } from '#core/limits/period.ts';
import type { UnitsGiven } from '#core/ledger/unit-counter.ts';
import { amount, zero } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import { parseExact } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import { estimatedUsage, type Usage } from '#core/usage/usage.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { audit } from '#flows/audit.ts';
import { type Reratings, reratePrices } from '#flows/rerate/rerate-prices.ts';
import { entryOf } from '#flows/settle.ts';
import { clientOf, type Made } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

const prices = '/api/v1/prices';
const hourMs = 3_600_000;
let server: AdminServer;
let api: ReturnType<typeof clientOf>;
let dispatchNo = 0;
const gatewayId = crypto.randomUUID();

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
  await server.ledger.openGateway(gatewayId, Date.now());
});
afterAll(() => server.close());

interface Version {
  readonly id: string;
}

const tokens = (input: string, output: string) => [
  { meter: 'input', price: input, per: '1000000' },
  { meter: 'output', price: output, per: '1000000' },
];
const ago = (hours: number): string => new Date(Date.now() - hours * hourMs).toISOString();

/** A model whose list price has counted for five hours. */
async function pricedModel(components: readonly object[] = tokens('2', '8')) {
  const name = `m-${crypto.randomUUID()}`;
  await api.make('/api/v1/models', { provider: 'sim', model_id: name, name });
  const subject = { kind: 'model', name };
  const version = await api.make<Version>(prices, { subject, components, valid_from: ago(5) });
  return { name, subject, version };
}

/** What customers call by a name of their own: its free units are each wallet's. */
async function pricedAlias(components: readonly object[]) {
  const { name: target, version: cost } = await pricedModel();
  const name = `a-${crypto.randomUUID()}`;
  await api.make('/api/v1/aliases', { name, targets: [target] });
  const subject = { kind: 'alias', name };
  const version = await api.make<Version>(prices, { subject, components, valid_from: ago(5) });
  return { name, target, version, costVersionId: cost.id };
}

async function newKey(more: object = {}): Promise<Made> {
  const email = `${crypto.randomUUID()}@example.com`;
  const user = await api.make('/api/v1/users', { email, ...more });
  return api.make('/api/v1/virtual-keys', { name: 'k', user: user.id, ...more });
}

interface Served {
  readonly key: Made;
  readonly name: string;
  /** The model that answered; the one of that name unless said. */
  readonly target?: string;
  readonly versionId: string;
  readonly costVersionId?: string;
  readonly hoursAgo?: number;
  readonly usage?: Usage;
  readonly currency?: string;
  readonly fx?: { readonly id: string; readonly rate: string };
  readonly estimate?: boolean;
  /** Units of the counter of free ones that the call was given, on the side of its charge. */
  readonly given?: readonly UnitsGiven[];
}

const usageOf = (completion_tokens: number): Usage =>
  estimatedUsage({ prompt_tokens: 1000, completion_tokens, method: 'local_tokenizer', raw: null });

async function termsOf(id: string) {
  const [version] = await server.directory.priceVersions([id]);
  if (!version) throw new Error(`There is no version ${id}.`);
  return { price: preparePrice(version) };
}

/** A call as the gateway would have charged it, by the versions that it pins. */
async function served({ key, name, target = name, versionId, ...more }: Served): Promise<ChargeEntry> {
  const { costVersionId = versionId, hoursAgo = 1, usage = usageOf(500), currency = 'usd', fx, estimate, given } = more;
  const startedAt = Date.now() - hoursAgo * hourMs;
  dispatchNo += 1;
  const conversion = fx && { fxRateId: fx.id, rate: parseExact(fx.rate), to: currencyOf(currency) };
  const [charge, cost] = [await termsOf(versionId), await termsOf(costVersionId)];
  const call: DispatchedCall = {
    requestId: crypto.randomUUID(),
    walletId: key.wallet.id,
    currency,
    virtualKeyId: key.id,
    name,
    provider: 'sim',
    model: target,
    streamed: false,
    held: amount(1_000_000_000_000n),
    counters: [{ scope: `key:${key.id}`, period: periodId('total', startedAt) }],
    pins: {
      charge: {
        versionId,
        currency,
        ...(conversion ? { conversion: { fxRateId: conversion.fxRateId, rate: exactText(conversion.rate) } } : {}),
      },
      cost: { versionId: costVersionId, currency: 'usd' },
    },
    promptTokensEstimate: 1000,
    facts: { occurred_at: new Date(startedAt).toISOString() },
    gatewayId,
    dispatchNo,
    startedAt,
  };
  const entry = entryOf(
    call,
    { usage, charge: { ...charge, conversion }, cost, outcome: 'completed', attempts: [], given: given ?? [] },
    { eventId: crypto.randomUUID(), endedAt: startedAt + 800, final: estimate !== true, revision: estimate ? 1 : 0 },
  );
  await server.ledger.write([entry]);
  return entry;
}

const order = (more: object = {}) => ({ from: ago(4), to: ago(0), ...more });
async function rerate(more: object = {}): Promise<Reratings> {
  const { status, body } = await api.post(`${prices}/rerate`, order(more));
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Reratings;
}
const correct = (id: string, components: readonly object[]) => api.make(`${prices}/${id}/correct`, { components });

async function expectSound(): Promise<void> {
  const { findings, incomplete } = await audit({ books: postgresBooks(server.pool), nowMs: Date.now() });
  expect({ findings, incomplete }).toEqual({ findings: [], incomplete: [] });
}

const usd = currencyOf('usd');

/** As booked, and as calls see it: these calls went past the store, so only what is credited shows there. */
async function balanceOf({ wallet }: Made): Promise<{ readonly booked: string; readonly seen: string | undefined }> {
  const head = await server.ledger.head(wallet.id);
  const view = await server.store.wallet(wallet.id);
  return { booked: formatAmount(head?.balance ?? zero, usd), seen: view && formatAmount(view.balance, usd) };
}

/** The same scope every time, since a token belongs to the order that it was given for. */
const window = (model: string) => ({ model, from: ago(4), to: new Date(Date.now() + hourMs).toISOString() });

describe('a period that was rated with a wrong price', () => {
  test('is shown for each wallet and model, booked as it was shown, and stays sound', async () => {
    const { name, version } = await pricedModel();
    const [one, two] = [await newKey(), await newKey()];
    await api.make(`/api/v1/wallets/${one.wallet.id}/top-ups`, { amount: '1.00' });
    await served({ key: one, name, versionId: version.id });
    await served({ key: one, name, versionId: version.id, usage: usageOf(1000) });
    await served({ key: two, name, versionId: version.id });
    const scope = window(name);
    expect(await rerate(scope)).toMatchObject({ dry_run: true, seen: 3, calls: 0, wallets: [] });

    // 1,000 in at 2 and 1,500 out at 8 should have been 1 and 4.
    await correct(version.id, tokens('1', '4'));
    await expectSound();
    const dry = await rerate(scope);
    expect(dry).toMatchObject({ dry_run: true, calls: 3, rerate_id: null, unratable_calls: 0 });
    expect(dry.wallets).toEqual(
      expect.arrayContaining([
        {
          wallet_id: one.wallet.id,
          owner: expect.stringContaining('@example.com'),
          currency: 'usd',
          calls: 2,
          charged: '0.016',
          rerated: '0.008',
          difference: '-0.008',
          costs: [{ currency: 'usd', difference: '-0.008' }],
        },
        expect.objectContaining({ wallet_id: two.wallet.id, difference: '-0.003' }),
      ]),
    );
    expect(dry.models).toMatchObject([{ name, calls: 3, difference: '-0.011' }]);
    expect(await balanceOf(one)).toEqual({ booked: '0.984', seen: '1' });

    const booked = await rerate({ ...scope, token: dry.token, reason: 'the list was wrong' });
    expect(booked).toMatchObject({
      dry_run: false,
      repeated: false,
      calls: 3,
      wallets: dry.wallets,
      models: dry.models,
    });
    expect(await balanceOf(one)).toEqual({ booked: '0.992', seen: '1.008' });
    const { body } = await api.get(`/api/v1/wallets/${one.wallet.id}/events`);
    expect(body).toMatchObject({
      data: [
        { kind: 'adjustment', amount: '0.008', reference: booked.rerate_id, description: 'the list was wrong' },
        { kind: 'charge' },
        { kind: 'charge' },
        { kind: 'top_up' },
      ],
    });
    await expectSound();
  });

  test('is booked once, however often it is sent, and then there is nothing left', async () => {
    const { name, version } = await pricedModel();
    const key = await newKey();
    await served({ key, name, versionId: version.id });
    await correct(version.id, tokens('3', '8'));
    const scope = window(name);
    const { token } = await rerate(scope);
    const runs = await Promise.all([1, 2, 3].map(() => rerate({ ...scope, token })));
    expect(runs.map(({ wallets }) => wallets[0]?.difference)).toEqual(['0.001', '0.001', '0.001']);
    expect(await rerate({ ...scope, token })).toMatchObject({ repeated: true, calls: 1 });
    // Nothing had been paid in: an adjustment is booked all the same, as every charge is.
    expect((await balanceOf(key)).booked).toBe('-0.007');
    expect(await rerate(scope)).toMatchObject({ calls: 0 });
    const { rows } = await server.pool.query<{ count: bigint }>(
      `select count(*) from faregate.audit_log where action = 'price.rerate' and after ->> 'token' = $1`,
      [token],
    );
    expect(rows[0]?.count).toBe(1n);
    await expectSound();
  });

  test('is refused when it is not what was shown any more', async () => {
    const { name, version } = await pricedModel();
    const key = await newKey();
    await served({ key, name, versionId: version.id });
    await correct(version.id, tokens('1', '4'));
    const scope = window(name);
    const { token } = await rerate(scope);
    await served({ key, name, versionId: version.id });
    const refused = await api.post(`${prices}/rerate`, { ...scope, token });
    expect(refused).toMatchObject({ status: 409, body: { error: { param: 'token' } } });
    expect((await api.post(`${prices}/rerate`, { ...window('another'), token })).status).toBe(409);
    expect(await rerate(scope)).toMatchObject({ calls: 2 });
    await expectSound();
  });

  test('goes on with the same token after it was broken off between two wallets', async () => {
    const { name, version } = await pricedModel();
    const keys = [await newKey(), await newKey(), await newKey()];
    for (const key of keys) await served({ key, name, versionId: version.id });
    await correct(version.id, tokens('1', '4'));
    const scope = window(name);
    const { token, wallets } = await rerate(scope);
    let adjusted = 0;
    const dying: AdminDesk = {
      ...server.desk,
      ledger: {
        ...server.desk.ledger,
        adjust: async (adjustment) => {
          adjusted += 1;
          if (adjusted > 1) throw new Error('killed');
          return server.ledger.adjust(adjustment);
        },
      },
    };
    await expect(reratePrices(dying, 'admin', { ...scope, token })).rejects.toThrow('killed');
    await expectSound();
    expect(await rerate(scope)).toMatchObject({ calls: 2 });
    expect(await rerate({ ...scope, token })).toMatchObject({ calls: 3, wallets });
    expect(await Promise.all(keys.map(async (key) => (await balanceOf(key)).booked))).toEqual([
      '-0.003',
      '-0.003',
      '-0.003',
    ]);
    await expectSound();
  });

  test('says which calls another word was said on while it was booked, and goes on with them from a new dry run', async () => {
    const { name, version } = await pricedModel();
    const key = await newKey();
    await served({ key, name, versionId: version.id, hoursAgo: 2 });
    const estimate = await served({ key, name, versionId: version.id, hoursAgo: 2, estimate: true });
    await correct(version.id, tokens('1', '4'));
    const scope = window(name);
    const { token, left_out: none } = await rerate(scope);
    expect(none).toBe(0);
    // Of the same sums as the estimate.
    const last = { ...estimate, eventId: crypto.randomUUID(), final: true, revision: 0 };
    const overtaken: AdminDesk = {
      ...server.desk,
      ledger: {
        ...server.desk.ledger,
        adjust: async (adjustment) => {
          await server.ledger.write([last]);
          return server.ledger.adjust(adjustment);
        },
      },
    };
    expect(await reratePrices(overtaken, 'admin', { ...scope, token })).toMatchObject({ calls: 1, left_out: 1 });
    expect(await rerate({ ...scope, token })).toMatchObject({ repeated: true, calls: 1, left_out: 1 });
    expect((await balanceOf(key)).booked).toBe('-0.009');
    const rest = await rerate(scope);
    expect(rest).toMatchObject({ calls: 1 });
    expect(await rerate({ ...scope, token: rest.token })).toMatchObject({ calls: 1, left_out: 0 });
    expect((await balanceOf(key)).booked).toBe('-0.006');
    await expectSound();
  });

  test('is answered as booked to whoever sent the same token a moment later', async () => {
    const { name, version } = await pricedModel();
    const key = await newKey();
    await served({ key, name, versionId: version.id });
    await correct(version.id, tokens('1', '4'));
    const scope = window(name);
    const { token } = await rerate(scope);
    let looked = false;
    const later: AdminDesk = {
      ...server.desk,
      rerating: {
        ...server.desk.rerating,
        view: async (read) => {
          if (!looked) {
            looked = true;
            await rerate({ ...scope, token });
          }
          return server.desk.rerating.view(read);
        },
      },
    };
    expect(await reratePrices(later, 'admin', { ...scope, token })).toMatchObject({ calls: 1, repeated: true });
    expect((await balanceOf(key)).booked).toBe('-0.003');
    await expectSound();
  });

  test('can be rated again after another correction', async () => {
    const { name, version } = await pricedModel();
    const key = await newKey();
    await served({ key, name, versionId: version.id });
    const scope = window(name);
    const first = await api.make<{ published: Version[] }>(`${prices}/${version.id}/correct`, {
      components: tokens('1', '4'),
    });
    await rerate({ ...scope, token: (await rerate(scope)).token });
    await correct(first.published[0]?.id ?? '', tokens('5', '8'));
    const { token, wallets } = await rerate(scope);
    expect(wallets).toMatchObject([{ charged: '0.003', rerated: '0.009', difference: '0.006' }]);
    await rerate({ ...scope, token });
    expect((await balanceOf(key)).booked).toBe('-0.009');
    await expectSound();
  });

  test('in which a price for the customer was entered too late is rated by that', async () => {
    const { name, subject, version } = await pricedModel();
    const { slug } = await api.make('/api/v1/organizations', { name: `Late ${crypto.randomUUID()}` });
    const key = await api.make('/api/v1/virtual-keys', { name: 'k', organization: slug });
    const entry = await served({ key, name, versionId: version.id });
    expect(entry.call.organizationId).toBeUndefined();
    const organizationId = (await api.get(`/api/v1/organizations/${slug}`)).body as Made;
    const call = { ...entry.call, requestId: crypto.randomUUID(), organizationId: organizationId.id };
    dispatchNo += 1;
    await server.ledger.write([{ ...entry, eventId: crypto.randomUUID(), call: { ...call, dispatchNo } }]);
    const components = tokens('1', '1');
    await api.make(prices, { subject, book: 'negotiated', owner: slug, components, valid_from: ago(3) });
    const scope = { ...window(name), organization: slug };
    const { token, wallets } = await rerate(scope);
    expect(wallets).toMatchObject([
      { owner: slug, calls: 1, charged: '0.006', rerated: '0.0015', costs: [{ difference: '0' }] },
    ]);
    await rerate({ ...scope, token });
    await expectSound();
  });
});

test('what an incomplete receipt left open is booked once there is a price for it', async () => {
  const { name, version } = await pricedModel(tokens('2', '8').slice(0, 1));
  const key = await newKey();
  const entry = await served({ key, name, versionId: version.id });
  expect(entry.chargeReceipt).toMatchObject({ complete: false, unpriced: ['output'] });
  await correct(version.id, tokens('2', '8'));
  const scope = window(name);
  const { token, wallets } = await rerate(scope);
  expect(wallets).toMatchObject([{ charged: '0.002', rerated: '0.006', difference: '0.004' }]);
  await rerate({ ...scope, token });
  const { rows } = await server.pool.query(`select kind from faregate.finding where subject = $1 order by id`, [
    `request:${entry.call.requestId}`,
  ]);
  expect(rows).toEqual([{ kind: 'incomplete_receipt' }, { kind: 'completed_receipt' }]);
  const detail = await api.get(`/api/v1/usage/${entry.call.requestId}`);
  expect(detail.body).toMatchObject({
    data: [
      {
        charge: { amount: '0.002', currency: 'usd' },
        adjustments: [
          {
            author: 'admin',
            charge_before: { amount: '0.002' },
            charge: { amount: '0.006' },
            charge_receipt: { complete: true, total: '0.006' },
          },
        ],
      },
    ],
  });
  expect(await rerate(scope)).toMatchObject({ calls: 0 });
  await expectSound();
});

describe('a price with free units', () => {
  const withFree = (price: string, limit = '600') => [
    { meter: 'input', price: '0', per: '1000000' },
    { meter: 'output', price, per: '1000000', allowance: { limit, period: 'never' } },
  ];
  const givenOf = (key: Made, versionId: string, from: bigint, to: bigint): readonly UnitsGiven[] => [
    { scope: `wallet:${key.wallet.id}:${versionId}:output`, period: 'total', ranges: [{ from, to }] },
  ];

  test('leaves each call the units that it was given', async () => {
    const { version, ...priced } = await pricedAlias(withFree('8'));
    const { name } = priced;
    const key = await newKey();
    await served({ key, ...priced, versionId: version.id, given: givenOf(key, version.id, 0n, 500n) });
    // 100 of these are free, too.
    await served({ key, ...priced, versionId: version.id, given: givenOf(key, version.id, 500n, 1000n) });
    await expectSound();
    await correct(version.id, withFree('16'));
    const scope = window(name);
    const { token, wallets, ...rest } = await rerate(scope);
    expect({ wallets, unratable: JSON.stringify(rest.unratable) }).toMatchObject({
      unratable: '[]',
      wallets: [{ calls: 1, charged: '0.0032', rerated: '0.0064' }],
    });
    await rerate({ ...scope, token });
    expect(await rerate(scope)).toMatchObject({ calls: 0, unratable_calls: 0 });
    await expectSound();
  });

  test('or with a threshold is rated again as the calls were counted', async () => {
    const volume = (below: string, above: string) => [
      { meter: 'input', price: '0', per: '1000000' },
      {
        meter: 'output',
        price: below,
        per: '1000000',
        volume: { period: 'month', above: [{ units: '600', price: above }] },
      },
    ];
    const { version, ...priced } = await pricedAlias(volume('8', '4'));
    const { name } = priced;
    const key = await newKey();
    const period = periodId('month', Date.now() - hourMs);
    const given = (from: bigint, to: bigint) =>
      givenOf(key, version.id, from, to).map(({ scope, ranges }) => ({
        scope: scope.replace(/output$/, '1'),
        period,
        ranges,
      }));
    await served({ key, ...priced, versionId: version.id, given: given(0n, 500n) });
    // Crosses: these and the 500 before them cost 4.
    await served({ key, ...priced, versionId: version.id, given: given(500n, 1000n) });
    expect((await balanceOf(key)).booked).toBe('-0.004');
    await correct(version.id, volume('8', '2'));
    const scope = window(name);
    const { token, wallets } = await rerate(scope);
    // The second call's own 0.002, less what it gave back of the first's; now 0.001, less more.
    expect(wallets).toMatchObject([{ calls: 1, charged: '0', rerated: '-0.002' }]);
    await rerate({ ...scope, token });
    expect((await balanceOf(key)).booked).toBe('-0.002');
    await expectSound();
  });

  test('or with a threshold for a part of its time is not, since units of two prices are not counted together', async () => {
    const volume = (price: string) => [
      { meter: 'input', price, per: '1000000', volume: { period: 'month', above: [{ units: '5000', price: '1' }] } },
      { meter: 'output', price: '0', per: '1000000' },
    ];
    // What the provider bills counts nothing.
    const cost = await pricedModel(tokens('0', '0'));
    const name = `a-${crypto.randomUUID()}`;
    await api.make('/api/v1/aliases', { name, targets: [cost.name] });
    const subject = { kind: 'alias', name };
    const version = await api.make<Version>(prices, { subject, components: volume('2'), valid_from: ago(5) });
    const key = await newKey();
    const place = { scope: `wallet:${key.wallet.id}:${version.id}:0`, period: periodId('month', Date.now() - hourMs) };
    const given = [{ ...place, ranges: [{ from: 0n, to: 1000n }] }];
    await served({ key, name, versionId: version.id, costVersionId: cost.version.id, given });
    await api.make(`${prices}/${version.id}/correct`, { components: volume('20'), valid_from: ago(3) });
    const { calls, unratable } = await rerate(window(name));
    expect([calls, unratable[0]?.why]).toEqual([0, expect.stringMatching(/^Its charge .* what nobody counted then/)]);
    await expectSound();
  });

  test('is not applied to calls that were given none', async () => {
    const { version, ...priced } = await pricedAlias(tokens('2', '8'));
    const { name } = priced;
    await served({ key: await newKey(), ...priced, versionId: version.id });
    await correct(version.id, withFree('8'));
    const { calls, unratable } = await rerate(window(name));
    expect([calls, unratable[0]?.why]).toEqual([0, expect.stringContaining('0 were given')]);
  });
});

test('an estimate of a moment ago is left to its last word, and the last word then goes on from what was booked', async () => {
  const { name, version } = await pricedModel();
  const key = await newKey();
  await served({ key, name, versionId: version.id, hoursAgo: 0.01, estimate: true });
  const old = await served({ key, name, versionId: version.id, hoursAgo: 2, estimate: true });
  await correct(version.id, tokens('1', '4'));
  const scope = window(name);
  const { token, ...dry } = await rerate(scope);
  expect(dry).toMatchObject({ seen: 2, in_flight: 1, calls: 1 });
  await rerate({ ...scope, token });
  await server.ledger.write([{ ...old, eventId: crypto.randomUUID(), final: true, revision: 0 }]);
  expect((await balanceOf(key)).booked).toBe('-0.012');
  const again = await rerate(scope);
  expect(again.wallets).toMatchObject([{ difference: '-0.003' }]);
  await rerate({ ...scope, token: again.token });
  expect((await balanceOf(key)).booked).toBe('-0.009');
  await expectSound();
});

describe('a charge in another currency', () => {
  const inEuro = async () => {
    const { name, version, subject } = await pricedModel();
    const key = await newKey({ currency: 'eur' });
    const rate = await api.make<Version>('/api/v1/fx-rates', {
      base: 'usd',
      quote: 'eur',
      rate: '0.5',
      observed_at: ago(5),
    });
    await served({ key, name, versionId: version.id, currency: 'eur', fx: { id: rate.id, rate: '0.5' } });
    await api.make('/api/v1/fx-rates', { base: 'usd', quote: 'eur', rate: '0.9' });
    return { name, version, subject, key };
  };

  test('keeps the rate that it has pinned', async () => {
    const { name, version, key } = await inEuro();
    await correct(version.id, tokens('1', '4'));
    const scope = window(name);
    const { token, wallets } = await rerate(scope);
    expect(wallets).toMatchObject([{ currency: 'eur', charged: '0.003', rerated: '0.0015' }]);
    await rerate({ ...scope, token });
    expect((await balanceOf(key)).booked).toBe('-0.0015');
    await expectSound();
  });

  test('stays as it is, and says so, when there was no rate for the right price’s currency', async () => {
    const { name, version, key } = await inEuro();
    await api.make(`${prices}/${version.id}/correct`, { components: tokens('1', '4'), currency: 'gbp' });
    const scope = window(name);
    const { unratable, unratable_calls: count, calls } = await rerate(scope);
    expect([count, calls]).toEqual([1, 0]);
    expect(unratable[0]?.why).toContain('no exchange rate from gbp to eur');
    expect((await balanceOf(key)).booked).toBe('-0.003');
  });
});

test.each([
  [{ from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 400, 'to'],
  [{ from: 'yesterday' }, 400, 'from'],
  [{ organization: 'nobody' }, 404, null],
])('%j is refused with %i', async (more, status, param) => {
  expect(await api.post(`${prices}/rerate`, order(more))).toMatchObject({ status, body: { error: { param } } });
});
