import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf } from './client.ts';
import { type AdminServer, sha256, startAdminServer } from './server.ts';

let server: AdminServer;

beforeAll(async () => {
  server = await startAdminServer();
});
afterAll(() => server.close());

const planted = 'sk-PLANTED-0123456789abcdef-SECRET';
const lists = [
  'organizations',
  'users',
  'virtual-keys',
  'wallets',
  'vouchers',
  'providers',
  'providers/sim/keys',
  'audit-log',
];

test('a secret is in no later answer, no line of the log, no audit entry and no table', async () => {
  const api = clientOf(server);
  const seen: string[] = [];
  const keep = <Body>(body: Body): Body => {
    seen.push(JSON.stringify(body));
    return body;
  };
  const providerKey = keep(await api.make('/api/v1/providers/sim/keys', { name: 'p', secret: planted }));
  keep((await api.patch(`/api/v1/providers/sim/keys/${providerKey.id}`, { secret: `${planted}2`, weight: 2 })).body);
  keep((await api.post('/api/v1/providers/sim/keys', { name: 'p', secret: planted, unknown: 1 })).body);
  keep((await api.post('/api/v1/providers/nobody/keys', { name: 'p', secret: planted })).body);
  const key = await api.make('/api/v1/virtual-keys', { name: 'k', balance: '1' });
  const rotated = (await api.post(`/api/v1/virtual-keys/${key.id}/rotate`)).body as { virtual_key: string };
  const vouchers = (await api.make<{ data: { code: string }[] }>('/api/v1/vouchers', { amount: '1' })).data;
  const code = vouchers[0]?.code ?? '';
  keep((await api.post('/api/v1/vouchers/redeem', { code, wallet_id: key.wallet.id })).body);
  await fetch(`${server.url}/start?token=${server.linkToken}`);
  await fetch(`${server.url}/api/v1/users?token=${planted}`, { headers: { authorization: `Bearer ${planted}` } });
  for (const path of lists) keep((await api.get(`/api/v1/${path}`)).body);
  for (const path of ['virtual-keys', 'vouchers']) {
    keep((await api.post(`/api/v1/${path}`, { name: 'n', amount: '1' }, { 'idempotency-key': path })).status);
  }

  const secrets = [planted, key.virtual_key, rotated.virtual_key, code, server.token, server.linkToken];
  const hashes = [key.virtual_key, rotated.virtual_key].map(sha256);
  const { rows: tables } = await server.pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'faregate' and table_type = 'BASE TABLE'`,
  );
  const stored: string[] = [];
  for (const { name } of tables) {
    const { rows } = await server.pool.query<{ row: string }>(`select t::text as row from faregate.${name} t`);
    stored.push(...rows.map((each) => each.row));
  }
  // The search has seen something.
  expect(stored.join('\n')).toContain(hashes[1]);
  expect(seen.join('\n')).toContain('sk-…ET2');
  expect(server.logged.length).toBeGreaterThan(5);

  for (const secret of secrets) {
    expect(seen.join('\n')).not.toContain(secret);
    expect(server.logged.join('\n')).not.toContain(secret);
    expect(stored.join('\n')).not.toContain(secret);
  }
  for (const hash of hashes) expect(seen.join('\n')).not.toContain(hash);
  const { rows: audit } = await server.pool.query<{ row: string }>('select t::text as row from faregate.audit_log t');
  for (const hidden of [...hashes, 'fg1.']) expect(audit.map((each) => each.row).join('\n')).not.toContain(hidden);
});

test('every change is in the audit log with who, what, before and after', async () => {
  const api = clientOf(server);
  const { id } = await api.make('/api/v1/customer-types', { name: 'audited' });
  await api.patch(`/api/v1/customer-types/${id}`, { notes: 'changed' });
  const { body } = await api.get(`/api/v1/audit-log?subject=customer_type:${id}`);
  expect(body).toMatchObject({
    data: [
      { actor: 'admin', action: 'customer_type.update', before: { notes: null }, after: { notes: 'changed' } },
      { actor: 'admin', action: 'customer_type.create', before: null, after: { name: 'audited' } },
    ],
  });
});
