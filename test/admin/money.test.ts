import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { clientOf, type Made } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
});
afterAll(() => server.close());

const walletOf = async (currency = 'usd'): Promise<string> => {
  const user = await api.make('/api/v1/users', { email: `${crypto.randomUUID()}@example.com`, currency });
  return user.wallets[0]?.id ?? '';
};

describe('a top-up', () => {
  test('is in the ledger and where calls look, and in the books once', async () => {
    const id = await walletOf();
    const first = await api.post(`/api/v1/wallets/${id}/top-ups`, {
      amount: '5.00',
      reference: 'invoice 7',
      note: 'n',
    });
    expect(first).toMatchObject({ status: 201, body: { amount: '5', balance: '5', repeated: false, available: true } });
    const again = await api.post(`/api/v1/wallets/${id}/top-ups`, { amount: '5', reference: 'invoice 7' });
    expect(again).toMatchObject({ status: 201, body: { balance: '5', repeated: true, available: true } });
    expect(await api.post(`/api/v1/wallets/${id}/top-ups`, { amount: '6', reference: 'invoice 7' })).toMatchObject({
      status: 409,
      body: { error: { param: 'reference' } },
    });
    expect((await server.store.wallet(id))?.balance).toBe(5_000_000_000_000n);
    expect((await api.get(`/api/v1/wallets/${id}`)).body).toMatchObject({
      balance: '5',
      held: '0',
      available: '5',
      overdue: '0',
      booked_balance: '5',
      currency: 'usd',
    });
    expect((await api.get(`/api/v1/wallets/${id}/events`)).body).toMatchObject({
      data: [{ seq: '1', kind: 'top_up', amount: '5', balance_after: '5', reference: 'invoice 7' }],
      next_cursor: null,
    });
    expect((await api.get(`/api/v1/wallets/${id}/top-ups`)).body).toMatchObject({
      data: [{ amount: '5', author: 'admin', note: 'n' }],
    });
    const audited = (await api.get('/api/v1/audit-log?action=wallet.top_up')).body as {
      data: { after: { wallet_id: string } }[];
    };
    expect(audited.data.filter((entry) => entry.after.wallet_id === id)).toHaveLength(1);
  });

  test('of many at once each counts once', async () => {
    const id = await walletOf();
    const amounts = Array.from({ length: 12 }, (_, n) => `0.0${n % 9}1`);
    const answers = await Promise.all(amounts.map((amount) => api.post(`/api/v1/wallets/${id}/top-ups`, { amount })));
    expect(answers.map((answer) => answer.status)).toEqual(amounts.map(() => 201));
    expect(answers.every((answer) => (answer.body as { available: boolean }).available)).toBe(true);
    const total = amounts.reduce((sum, amount) => sum + BigInt(amount.slice(2)), 0n) * 1_000_000_000n;
    expect((await server.store.wallet(id))?.balance).toBe(total);
  });

  const wrong: readonly [unknown, string, RegExp][] = [
    [{ amount: '-5' }, 'amount', /only adds/],
    [{ amount: '0' }, 'amount', /only adds/],
    [{ amount: 5 }, 'amount', /as text/],
    [{}, 'amount', /./],
    [{ amount: '1,000' }, 'amount', /decimal/],
    [{ amount: '0.0000000000001' }, 'amount', /12 decimals/],
    [{ amount: '5', currency: 'eur' }, 'currency', /in usd, not in eur/],
    [{ amount: '5', currency: 'zzz' }, 'currency', /Known: usd/],
    [{ amount: '5', tip: '1' }, 'tip', /no field/],
  ];
  test.each(wrong)('of %j is refused naming %s', async (body, param, words) => {
    const id = await walletOf();
    expect(await api.post(`/api/v1/wallets/${id}/top-ups`, body)).toMatchObject({
      status: 400,
      body: { error: { param, message: expect.stringMatching(words) } },
    });
    expect((await api.get(`/api/v1/wallets/${id}`)).body).toMatchObject({ balance: '0' });
  });

  test('is booked and said to be not yet available when the place where calls look is away; the next one brings it along', async () => {
    const id = await walletOf();
    await api.make(`/api/v1/wallets/${id}/top-ups`, { amount: '1' });
    const away = vi.spyOn(server.desk.store, 'credit').mockRejectedValue(new Error('away'));
    const answer = await api.post(`/api/v1/wallets/${id}/top-ups`, { amount: '2' });
    away.mockRestore();
    expect(answer).toMatchObject({ status: 201, body: { balance: '3', available: false } });
    const next = await api.post(`/api/v1/wallets/${id}/top-ups`, { amount: '4' });
    expect(next).toMatchObject({ status: 201, body: { balance: '7', available: true } });
    expect((await server.store.wallet(id))?.balance).toBe(7_000_000_000_000n);
  });

  test('beyond what a wallet can hold is refused, and changes nothing', async () => {
    const id = await walletOf();
    await api.make(`/api/v1/wallets/${id}/top-ups`, { amount: '7999999' });
    expect(await api.post(`/api/v1/wallets/${id}/top-ups`, { amount: '7999999' })).toMatchObject({
      status: 400,
      body: { error: { param: 'amount' } },
    });
    expect((await api.get(`/api/v1/wallets/${id}`)).body).toMatchObject({
      balance: '7999999',
      booked_balance: '7999999',
    });
  });

  test('into a wallet that is not there is not found', async () => {
    expect(
      (await api.post('/api/v1/wallets/00000000-0000-4000-8000-000000000000/top-ups', { amount: '1' })).status,
    ).toBe(404);
    expect((await api.get('/api/v1/wallets/00000000-0000-4000-8000-000000000000/events')).status).toBe(404);
    expect((await api.post('/api/v1/wallets/x/top-ups', { amount: '1' })).body).toMatchObject({
      error: { param: 'id' },
    });
  });
});

test('a wallet is opened once in each currency, with rmb as cny', async () => {
  const user = await api.make('/api/v1/users', { email: 'many@example.com' });
  expect(await api.post('/api/v1/wallets', { user: user.id, currency: 'rmb' })).toMatchObject({
    status: 201,
    body: { currency: 'cny', balance: '0' },
  });
  expect((await api.post('/api/v1/wallets', { user: user.id, currency: 'cny' })).status).toBe(409);
  expect((await api.post('/api/v1/wallets', { currency: 'cny' })).body).toMatchObject({ error: { param: 'user' } });
  const both = { user: user.id, organization: 'x', currency: 'eur' };
  expect((await api.post('/api/v1/wallets', both)).body).toMatchObject({ error: { param: 'user' } });
  expect((await api.get('/api/v1/wallets?user=many@example.com&currency=RMB')).body).toMatchObject({
    data: [{ currency: 'cny' }],
  });
});

describe('a voucher', () => {
  const make = async (body: object): Promise<readonly Made[]> =>
    (await api.make<{ data: Made[] }>('/api/v1/vouchers', body)).data;

  test('is redeemed once, however it is typed and however many try at once', async () => {
    const [id, other] = [await walletOf(), await walletOf()];
    const [voucher] = await make({ amount: '10', count: 1 });
    const code = voucher?.code ?? '';
    expect(code).toMatch(/^[2-9A-Z]{5}(-[2-9A-Z]{5}){3}$/);
    const tries = Array.from({ length: 8 }, (_, n) =>
      api.post('/api/v1/vouchers/redeem', {
        code: n % 2 ? code : code.toLowerCase().replaceAll('-', ''),
        wallet_id: n < 5 ? id : other,
      }),
    );
    const statuses = (await Promise.all(tries)).map((answer) => answer.status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
    const balances = await Promise.all(
      [id, other].map(async (each) => (await server.store.wallet(each))?.balance ?? 0n),
    );
    expect(balances.toSorted((a, b) => Number(a - b))).toEqual([0n, 10_000_000_000_000n]);
    expect(await api.post('/api/v1/vouchers/redeem', { code, wallet_id: id })).toMatchObject({
      status: 409,
      body: { error: { param: 'code' } },
    });
    expect((await api.get('/api/v1/vouchers?status=redeemed')).body).toMatchObject({
      data: [{ id: voucher?.id, status: 'redeemed' }],
    });
  });

  test('fits only a wallet in its currency, and exists only with its own code', async () => {
    const [voucher] = await make({ amount: '3', currency: 'rmb', count: 2 });
    const redeem = (code: string, wallet_id: string) => api.post('/api/v1/vouchers/redeem', { code, wallet_id });
    expect(await redeem(voucher?.code ?? '', await walletOf())).toMatchObject({
      status: 400,
      body: { error: { param: 'wallet_id', message: expect.stringMatching(/cny.*usd/) } },
    });
    expect(await redeem('AAAAA-AAAAA-AAAAA-AAAAA', await walletOf())).toMatchObject({
      status: 404,
      body: { error: { param: 'code' } },
    });
    expect((await redeem(voucher?.code ?? '', '00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect((await redeem(voucher?.code ?? '', await walletOf('cny'))).body).toMatchObject({
      top_up: { amount: '3', currency: 'cny', source: 'voucher' },
    });
  });

  test('that was credited but not marked, because its process died, is finished by the next try', async () => {
    const id = await walletOf();
    const [voucher] = await make({ amount: '4' });
    const { vouchers } = server.desk.administration;
    const body = { code: voucher?.code, wallet_id: id };
    const killed = vi.spyOn(vouchers, 'redeemed').mockRejectedValue(new Error('killed'));
    expect((await api.post('/api/v1/vouchers/redeem', body)).status).toBe(500);
    killed.mockRestore();
    expect((await api.post('/api/v1/vouchers/redeem', body)).body).toMatchObject({
      voucher: { status: 'redeemed' },
      top_up: { repeated: true },
    });
    expect((await server.store.wallet(id))?.balance).toBe(4_000_000_000_000n);
  });

  test('ends when it is said to end', async () => {
    const soon = new Date(Date.now() + 400).toISOString();
    const [voucher] = await make({ amount: '1', expires_at: soon });
    const id = await walletOf();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await api.post('/api/v1/vouchers/redeem', { code: voucher?.code, wallet_id: id })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringMatching(/expired/) } },
    });
  });

  test.each([
    [{ amount: '0' }, 'amount'],
    [{ amount: '1', count: 0 }, 'count'],
    [{ amount: '1', count: 1001 }, 'count'],
    [{ amount: '1', currency: 'x' }, 'currency'],
    [{ amount: '1', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  ])('%j is refused naming %s', async (body, param) => {
    expect(await api.post('/api/v1/vouchers', body)).toMatchObject({ status: 400, body: { error: { param } } });
  });
});

test('a rate is exact, and the newest of a pair comes first', async () => {
  const rates = '/api/v1/fx-rates';
  expect(await api.post(rates, { base: 'USD', quote: 'rmb', rate: '7.1234', source: 'bank' })).toMatchObject({
    status: 201,
    body: { base: 'usd', quote: 'cny', rate: '7.1234', source: 'bank' },
  });
  await api.make(rates, { base: 'usd', quote: 'cny', rate: '7.2' });
  expect((await api.get(`${rates}?base=usd&quote=rmb`)).body).toMatchObject({
    data: [{ rate: '7.2' }, { rate: '7.1234' }],
  });
  for (const [body, param] of [
    [{ base: 'usd', quote: 'usd', rate: '1' }, 'quote'],
    [{ base: 'usd', quote: 'eur', rate: '0' }, 'rate'],
    [{ base: 'usd', quote: 'eur', rate: '-1' }, 'rate'],
    [{ base: 'usd', quote: 'eur', rate: 0.9 }, 'rate'],
    [{ base: 'usd', quote: 'xau', rate: '0.9' }, 'quote'],
    [{ base: 'usd', quote: 'eur', rate: `0.${'1'.repeat(40)}` }, 'rate'],
  ] as const) {
    expect(await api.post(rates, body)).toMatchObject({ status: 400, body: { error: { param } } });
  }
});
