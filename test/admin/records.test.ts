import { afterAll, beforeAll, expect, test } from 'vitest';
import { callOf, entryOf } from '#ports/ledger-entries.contract.ts';
import { clientOf } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
});
afterAll(() => server.close());

interface Listed {
  readonly data: readonly { readonly request_id: string; readonly seq: string }[];
  readonly next_cursor: string | null;
}

test('calls are listed newest first with what they cost and were charged, and each shows its receipts', async () => {
  const user = await api.make('/api/v1/users', { email: 'caller@example.com' });
  const key = await api.make('/api/v1/virtual-keys', { name: 'k', user: user.id, balance: '5', top_up: true });
  const gatewayId = crypto.randomUUID();
  await server.ledger.openGateway(gatewayId, Date.now());
  const payer = { walletId: key.wallet.id, currency: 'usd', virtualKeyId: key.id, userId: user.id };
  // Two of them began in the same millisecond.
  const began = [1000, 2000, 2000, 3000, 4000].map((ms) => Date.UTC(2026, 10, 1) + ms);
  const entries = began.map((atMs, index) =>
    entryOf(callOf(payer, { gatewayId, dispatchNo: index + 1, atMs }), { completionTokens: 100 }),
  );
  await server.ledger.write(entries);

  const seen: string[] = [];
  let next = '';
  do {
    const page = (await api.get(`/api/v1/usage?virtual_key=${key.id}&limit=2${next}`)).body as Listed;
    seen.push(...page.data.map((row) => row.request_id));
    next = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
  } while (next !== '');
  expect(seen).toHaveLength(5);
  expect(new Set(seen)).toEqual(new Set(entries.map((entry) => entry.call.requestId)));
  expect(seen[0]).toBe(entries[4]?.call.requestId);

  // 1,000 tokens in at $3 and 100 out at $15 per million; the provider bills $2.5 and $10.
  const { body } = await api.get(`/api/v1/usage/${seen[0] ?? ''}`);
  expect(body).toMatchObject({
    data: [
      {
        charge: { amount: '0.0045', currency: 'usd' },
        cost: { amount: '0.0035', currency: 'usd' },
        held: { amount: '1', currency: 'usd' },
        outcome: 'completed',
        final: true,
        usage: { prompt_tokens: 1000, completion_tokens: 100 },
        charge_receipt: { lines: expect.any(Array) },
        attempts: [{ provider: 'north', outcome: 'answered' }],
        latency_ms: 800,
        first_byte_ms: 120,
      },
    ],
  });
  const count = async (filter: string): Promise<number> =>
    ((await api.get(`/api/v1/usage?${filter}`)).body as Listed).data.length;
  expect(await count('user=Caller@Example.com&final=true&provider=north&name=compass')).toBe(5);
  expect(await count('from=2026-11-01T00:00:02Z&to=2026-11-01T00:00:03Z')).toBe(2);
  expect(await count('final=false')).toBe(0);
  expect(await count('organization=nobody')).toBe(0);
  expect((await api.get('/api/v1/usage/00000000-0000-4000-8000-000000000000')).status).toBe(404);

  const events = (await api.get(`/api/v1/wallets/${key.wallet.id}/events?limit=3`)).body as Listed;
  expect(events.data.map((event) => event.seq)).toEqual(['6', '5', '4']);
  const rest = (await api.get(`/api/v1/wallets/${key.wallet.id}/events?cursor=${events.next_cursor ?? ''}`))
    .body as Listed;
  expect(rest.data.map((event) => event.seq)).toEqual(['3', '2', '1']);
  expect(rest.data[0]).toMatchObject({
    kind: 'charge',
    amount: '-0.0045',
    balance_after: '4.991',
    request_id: expect.any(String),
  });
});
