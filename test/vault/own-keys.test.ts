// Customers' own provider keys on a real process: who is called with which key, what it costs whom, and that no key is
// ever found anywhere.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import { creditsOf, post, said } from '#test/gateway/wire.ts';
import { audit, auditBeside } from '#test/process/audit.ts';
import { connectionTo } from '#test/process/cluster.ts';
import { runCommand } from '#test/process/launch.ts';
import { environmentOf, removeServers, startServer, type TestServer } from '#test/process/server.ts';
import { type KeyCheckingUpstream, startKeyCheckingUpstream } from './key-checking-upstream.ts';

const secrets = {
  ours: 'canary/ours+8f2c1d0b9a7e6f5d',
  acme: 'canary/acme+1a2b3c4d5e6f7a8b',
  wrong: 'canary/wrong+99aa88bb77cc66dd',
  anna: 'canary/anna+0f1e2d3c4b5a6978',
  cara: 'canary/cara+5b6c7d8e9fa0b1c2',
};

// Of the loopback's many addresses one is allowed.
const allowedHost = '127.0.0.9';

let upstream: KeyCheckingUpstream;
let server: TestServer;
let key: string;
const virtualKeys: string[] = [];
const ids = { ours: '', acme: '', anna: '' };
const headersSeen: string[] = [];
const answersSeen: string[] = [];

beforeAll(async () => {
  upstream = await startKeyCheckingUpstream();
  for (const good of [secrets.ours, secrets.acme, secrets.anna, secrets.cara]) upstream.good.add(good);
  server = await startServer({ environment: { FAREGATE_ALLOWED_PRIVATE_HOSTS: allowedHost } });
  await server.admin('/api/v1/providers', {
    name: 'north',
    adapter: 'openai-compatible',
    base_url: upstream.url(),
    settings: { requires_key: true },
  });
  for (const name of ['chat', 'picky', 'unlisted']) {
    await server.admin('/api/v1/models', {
      provider: 'north',
      model_id: name,
      name: `north/${name}`,
      context_window: 1000,
      max_output_tokens: 100,
    });
  }
  for (const name of ['chat', 'picky']) await publish({ book: 'list', name: `north/${name}`, price: '0.01' });
  ids.ours = await makeKey({ name: 'ours', secret: secrets.ours });
  await server.admin('/api/v1/customer-types', { name: 'unlimited' });
  await server.admin('/api/v1/organizations', { slug: 'acme', name: 'Acme', customer_type: 'unlimited' });
  await server.admin('/api/v1/users', { email: 'anna@acme.example', organization: 'acme' });
  const made = await server.key('1000', { organization: 'acme', top_up: true });
  key = made.key;
  virtualKeys.push(key);
});

afterAll(async () => {
  upstream.stop();
  await removeServers();
});

async function publish(order: { book: string; name: string; price: string; owner?: string }) {
  const { book, name, price, owner } = order;
  await server.admin('/api/v1/prices', {
    book,
    ...(owner === undefined ? {} : { owner }),
    subject: { kind: 'model', name },
    currency: 'usd',
    pricing_model: 'per_request',
    components: [{ meter: 'request', price, per: '1', currency: 'usd' }],
  });
}

async function makeKey(order: object): Promise<string> {
  return ((await server.admin('/api/v1/providers/north/keys', order)) as { id: string }).id;
}

async function change(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.url}/api/v1/${path}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  answersSeen.push(text);
  if (!response.ok) throw new Error(`${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

const keyRow = async (id: string) =>
  (await server.admin(`/api/v1/providers/north/keys/${id}`)) as Record<string, unknown>;

interface Called {
  readonly status: number;
  readonly charge: string | null;
  readonly with: string | undefined;
  readonly requestId: string;
  readonly text: string;
}

async function call(more: { by?: string; model?: string; stream?: boolean } = {}): Promise<Called> {
  const { by = key, model = 'north/chat', ...rest } = more;
  const before = upstream.answered.length;
  const response = await post(server.url, by, { model, messages: said(), max_tokens: 20, ...rest });
  const text = await response.text();
  headersSeen.push(JSON.stringify([...response.headers]));
  answersSeen.push(text);
  return {
    status: response.status,
    charge: response.headers.get('x-faregate-charge'),
    with: upstream.answered.slice(before).at(-1),
    requestId: response.headers.get('x-request-id') ?? '',
    text,
  };
}

interface Recorded {
  readonly cost: { readonly amount: string };
  readonly cost_receipt: { readonly complete: boolean };
  readonly attempts: readonly { readonly providerKeyId?: string; readonly outcome: string }[];
}

async function recordOf({ requestId }: Called): Promise<Recorded> {
  for (;;) {
    const found = await server
      .admin(`/api/v1/usage/${requestId}`)
      .then((said) => (said as { data: readonly Recorded[] }).data[0])
      .catch(() => undefined);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('only customers whose type allows it bring keys', async () => {
  const order = { name: 'acme', secret: secrets.wrong, organization: 'acme' };
  await expect(makeKey(order)).rejects.toThrow(/byok_allowed/);
  await expect(makeKey({ ...order, organization: 'nobody' })).rejects.toThrow(/does not exist/);
  await change('customer-types/unlimited', { byok_allowed: true });
});

test('a key is tested when it is saved, by a real call, and one that is refused is kept and not used', async () => {
  ids.acme = await makeKey({ name: 'acme', secret: secrets.wrong, organization: 'acme' });
  expect(upstream.tested).toEqual([secrets.wrong]);
  const row = await keyRow(ids.acme);
  expect(row).toMatchObject({ is_valid: false, validation_error: 'The provider refuses the key (401).' });
  expect(row['last_validated_at']).toBeTruthy();
  expect(await call()).toMatchObject({ status: 200, charge: '0.01', with: secrets.ours });
  expect(await change(`providers/north/keys/${ids.acme}`, { secret: secrets.acme })).toMatchObject({
    is_valid: true,
    validation_error: null,
  });
});

test('a call by it is charged nothing unless there is a fee, and its cost may be unknown', async () => {
  const first = await call();
  expect(first).toMatchObject({ status: 200, charge: '0', with: secrets.acme });
  expect(await recordOf(first)).toMatchObject({ cost: { amount: '0' }, cost_receipt: { complete: false } });
  await publish({ book: 'organization', owner: 'acme', name: 'north/chat', price: '0.004' });
  const second = await call({ stream: true });
  expect(second).toMatchObject({ status: 200, with: secrets.acme });
  expect(await recordOf(second)).toMatchObject({ cost: { amount: '0.004' }, cost_receipt: { complete: true } });
  await publish({ book: 'customer_type', owner: 'unlimited', name: 'byok', price: '0.001' });
  const third = await call();
  expect(third).toMatchObject({ status: 200, charge: '0.001', with: secrets.acme });
  expect((await recordOf(third)).attempts).toMatchObject([{ outcome: 'answered', providerKeyId: ids.acme }]);
});

test('a model that we have no price for is called with it all the same, and by nobody else', async () => {
  expect(await call({ model: 'north/unlisted' })).toMatchObject({ status: 200, charge: '0.001', with: secrets.acme });
  const { key: other } = await server.key('1');
  virtualKeys.push(other);
  expect(await call({ by: other, model: 'north/unlisted' })).toMatchObject({ status: 503 });
});

test('where it fails the platform’s key answers, and that is charged as ever', async () => {
  upstream.good.delete(secrets.acme);
  const refused = await call();
  expect(refused).toMatchObject({ status: 200, charge: '0.01', with: secrets.ours });
  expect((await recordOf(refused)).attempts).toMatchObject([
    { outcome: 'refused', providerKeyId: ids.acme },
    { outcome: 'answered', providerKeyId: ids.ours },
  ]);
  upstream.good.add(secrets.acme);
});

test('the organization says whether it goes first, last, or not at all', async () => {
  await change('organizations/acme', { byok_policy: 'fallback' });
  expect(await call()).toMatchObject({ charge: '0.01', with: secrets.ours });
  upstream.broken.add(secrets.ours);
  expect(await call()).toMatchObject({ charge: '0.001', with: secrets.acme });
  await change('organizations/acme', { byok_policy: 'off' });
  expect(await call()).toMatchObject({ status: 502 });
  upstream.broken.delete(secrets.ours);
  expect(await call()).toMatchObject({ charge: '0.01', with: secrets.ours });
  await change('organizations/acme', { byok_policy: 'first' });
});

test('a user’s own key goes before that of the organization, at the address that its owner names', async () => {
  const order = { name: 'anna', secret: secrets.anna, user: 'anna@acme.example' };
  for (const base_url of [upstream.url(), 'http://localhost/v1', 'http://169.254.169.254/latest', 'http://[::1]/v1']) {
    await expect(makeKey({ ...order, base_url })).rejects.toThrow(/400.*not public.*base_url/s);
  }
  await expect(makeKey({ ...order, base_url: 'file:///etc/passwd' })).rejects.toThrow(/400.*base_url/s);
  await expect(makeKey({ name: 'x', secret: 'x', base_url: upstream.url(allowedHost) })).rejects.toThrow(/base_url/);
  ids.anna = await makeKey({ ...order, base_url: upstream.url(allowedHost) });
  const annas = await server.key('1', { user: 'anna@acme.example', top_up: true });
  virtualKeys.push(annas.key);
  expect(await call({ by: annas.key })).toMatchObject({ charge: '0.001', with: secrets.anna });
  upstream.broken.add(secrets.anna);
  expect(await call({ by: annas.key })).toMatchObject({ charge: '0.001', with: secrets.acme });
  expect(await call()).toMatchObject({ with: secrets.acme });
});

test('an own key needs the wallet for the fee alone where nobody else could answer', async () => {
  await change(`providers/north/keys/${ids.ours}`, { is_active: false });
  // Nobody's organization: a person with a customer type of her own.
  await server.admin('/api/v1/users', { email: 'cara@example.com', customer_type: 'unlimited' });
  await makeKey({ name: 'cara', secret: secrets.cara, user: 'cara@example.com' });
  const caras = await server.key('0.001', { user: 'cara@example.com', top_up: true });
  virtualKeys.push(caras.key);
  expect(await call({ by: caras.key, stream: true })).toMatchObject({ status: 200, with: secrets.cara });
  expect(await creditsOf(server.url, caras.key)).toMatchObject({ balance: '0', held: '0' });
  expect(await call({ by: caras.key })).toMatchObject({ status: 402 });
  await change(`providers/north/keys/${ids.ours}`, { is_active: true });
});

test('limits are kept with a key, and totals come from the ledger', async () => {
  const limits = { rpm: 60, rpd: 1000, tpm: 5_000_000_000, tpd: 90_000, max_concurrent: 4 };
  const id = ids.acme;
  expect(await change(`providers/north/keys/${id}`, { limits })).toMatchObject({ limits });
  await expect(change(`providers/north/keys/${id}`, { limits: { rpm: -1 } })).rejects.toThrow(/400.*limits\.rpm/s);
  const answered = upstream.answered.filter((each) => each === secrets.acme).length;
  await expect
    .poll(async () => (await keyRow(id))['totals'], { timeout: 5_000 })
    .toMatchObject({
      calls: answered,
      tokens: answered * 15,
    });
  const mine = await server.admin('/api/v1/providers/north/keys?organization=acme');
  expect(mine).toMatchObject({ data: [{ name: 'acme', totals: { calls: answered } }] });
  const database = new Client(await connectionTo(server.dataDirectory));
  await database.connect();
  const { rows: own } = await database.query('select * from user_api_keys where id = $1', [id]);
  expect(own).toMatchObject([{ total_requests: answered, is_valid: true, user_id: null }]);
  // At the time of each of these calls its prices are what they were.
  const period = { from: '2020-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z' };
  const rerated = await server.admin('/api/v1/prices/rerate', period);
  expect(rerated).toMatchObject({ calls: 0, unratable_calls: 0 });
  expect((rerated as { seen: number }).seen).toBeGreaterThan(10);
  const { rows: ours } = await database.query('select * from platform_api_keys where id = $1', [ids.ours]);
  const byOurs = upstream.answered.filter((each) => each === secrets.ours).length;
  expect(ours).toMatchObject([{ total_cost_usd: String(byOurs / 100) }]);
  // What a customer's own key costs is no cost of ours.
  const { rows: owed } = await database.query<{ account: string; sum: string }>(
    `select account, sum(amount)::text as sum from faregate.posting
      where account like '%cost' or account like 'payable:%' group by 1 order by 1`,
  );
  const sums = new Map(owed.map(({ account, sum }) => [account, BigInt(sum)]));
  expect(sums.get('provider_cost')).toBe(BigInt(byOurs) * 10_000_000_000n);
  expect(sums.get('payable:own:north')).toBe(-(sums.get('customer_cost') ?? 0n));
  await database.end();
});

test('the master key is rotated twice under load, and no call fails', async () => {
  const rotated = new AbortController();
  const callers = Array.from({ length: 6 }, async () => {
    const statuses: number[] = [];
    while (!rotated.signal.aborted) statuses.push((await call()).status);
    return statuses;
  });
  const rotations: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const { code, stdout, stderr } = await runCommand(
      ['master-key', 'rotate', '--json'],
      environmentOf(server.dataDirectory),
    );
    expect(code, stderr).toBe(0);
    const said = JSON.parse(stdout) as { master_key: string; retired: readonly string[]; rewrapped: number };
    expect(said).toMatchObject({ made: true, rewrapped: 4 });
    expect(said.retired).toHaveLength(1);
    rotations.push(said.master_key);
    await change(`providers/north/keys/${ids.acme}`, { weight: round + 1 });
  }
  rotated.abort();
  const statuses = (await Promise.all(callers)).flat();
  expect(statuses.length).toBeGreaterThan(12);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await server.admin('/api/v1/master-key')).toMatchObject({
    current: rotations[1],
    keys: [{ id: rotations[1], secrets: 4, held: true }],
  });
  expect(await server.admin(`/api/v1/providers/north/keys/${ids.acme}/test`, {})).toMatchObject({ is_valid: true });
});

test('no key is in any table, any line of the log, any answer or any page, whatever providers quote', async () => {
  expect((await call({ model: 'north/picky' })).text).toContain('[credential]');
  upstream.good.delete(secrets.ours);
  upstream.good.delete(secrets.acme);
  expect(await call()).toMatchObject({ status: 502 });
  expect(await server.admin(`/api/v1/providers/north/keys/${ids.ours}/test`, {})).toMatchObject({ is_valid: false });
  for (const path of ['providers/north/keys', 'audit-log', 'usage', 'virtual-keys', 'master-key']) {
    answersSeen.push(JSON.stringify(await server.admin(`/api/v1/${path}`)));
  }
  for (const by of virtualKeys) {
    answersSeen.push(JSON.stringify(await creditsOf(server.url, by)));
  }
  const database = new Client(await connectionTo(server.dataDirectory));
  await database.connect();
  const { rows: tables } = await database.query<{ name: string }>(
    `select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
      union all select format('%I.%I', schemaname, viewname) from pg_views where schemaname in ('public', 'data', 'auth')`,
  );
  const stored: string[] = [];
  for (const { name } of tables) {
    const { rows } = await database.query<{ row: string }>(`select t::text as row from ${name} t`);
    stored.push(...rows.map(({ row }) => row));
  }
  await database.end();
  const journal = await readJournal(server.dataDirectory);
  const places = {
    tables: stored.join('\n'),
    log: [...server.stdout, ...server.stderr].join('\n'),
    answers: [...answersSeen, ...headersSeen].join('\n'),
    journal,
  };
  // The search has seen something.
  expect(places.tables).toContain('fg1.');
  expect(places.tables).toContain('[credential]');
  expect(places.journal).toContain(ids.acme);
  for (const [place, text] of Object.entries(places)) {
    for (const secret of [...Object.values(secrets), ...virtualKeys]) {
      // Neither whole nor the part that nobody could guess.
      for (const part of [secret, secret.slice(-14)]) expect(text.includes(part), `${place}: ${part}`).toBe(false);
    }
  }
});

test('the ledger of all that is sound, also after a start with the key file as it has become', async () => {
  const connection = await connectionTo(server.dataDirectory);
  await expect.poll(async () => (await auditBeside(connection)).findings, { timeout: 10_000 }).toEqual([]);
  await server.kill9Tree();
  upstream.good.add(secrets.acme);
  server = await startServer({
    dataDirectory: server.dataDirectory,
    environment: { FAREGATE_ALLOWED_PRIVATE_HOSTS: allowedHost },
  });
  expect(await call()).toMatchObject({ status: 200, charge: '0.001', with: secrets.acme });
  await server.stop();
  expect(await audit(server.dataDirectory)).toMatchObject({ code: 0, findings: [], incomplete: [] });
});

async function readJournal(dataDirectory: string): Promise<string> {
  const { readdir, readFile } = await import('node:fs/promises');
  const files = await readdir(`${dataDirectory}/journal`);
  const texts = await Promise.all(files.map((file) => readFile(`${dataDirectory}/journal/${file}`, 'latin1')));
  return texts.join('\n');
}
