import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Directory } from '#ports/directory.ts';
import { type LedgerDatabase, openLedgerDatabase } from '#test/audit/ledger-database.ts';
import { describeWithPart } from '#test/parts.ts';
import type { TestPostgresVersion } from '#test/postgres/instance.ts';
import { postgresDirectory } from './directory.ts';

describe('the Postgres directory', () => directoryOn('embedded'));
describeWithPart('postgres-15', 'the Postgres directory on 15', () => directoryOn('15'));

// Opens what says for whom it was sealed.
const vault = {
  open: (sealed: string, subject: string): string => {
    if (!sealed.startsWith(`${subject} `)) throw new Error(`The secret of ${subject} does not open.`);
    return sealed.slice(subject.length + 1);
  },
};

function directoryOn(version: TestPostgresVersion): void {
  let database: LedgerDatabase;
  let owner: Pool;
  let directory: Directory;
  const warnings: string[] = [];

  beforeAll(async () => {
    database = await openLedgerDatabase(version);
    owner = database.owner;
    directory = postgresDirectory(database.application, { vault, warn: (message) => warnings.push(message) });
  });
  afterAll(() => database.close());

  const insert = async (table: string, row: Readonly<Record<string, unknown>>): Promise<string> => {
    const columns = Object.entries({ id: crypto.randomUUID(), ...row });
    await owner.query(
      `insert into faregate.${table} (${columns.map(([name]) => name).join(', ')})
        values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
      columns.map(([, value]) => value),
    );
    return String(columns[0]?.[1]);
  };
  const hashOf = (virtualKeyId: string) => `hash of ${virtualKeyId}`;
  const organizationWith = (row: Readonly<Record<string, unknown>> = {}) =>
    insert('organization', { slug: `o${crypto.randomUUID().slice(0, 8)}`, name: 'Acme', ...row });
  const readAll = async (cursor?: string) => {
    const hashes: string[] = [];
    for (let at = cursor; ;) {
      const { callers, cursor: next } = await directory.callersSince(at, 3);
      hashes.push(...callers.map((caller) => caller.keyHash));
      at = next;
      if (callers.length < 3) return { hashes: new Set(hashes), cursor: next };
    }
  };

  test('plans of the platform that change a provider’s bill are read, and no others', async () => {
    const plan = { provider: 'north', effective_date: '2026-01-01', unit_price_usd: '0' };
    const today = new Date().toISOString().slice(0, 10);
    const committed = { ...plan, tier_type: 'committed_use', discount_percentage: '12.50', end_date: today };
    const commitment = await insert('plan', { ...committed, plan_name: 'committed' });
    const trial = { ...plan, tier_type: 'trial', trial_credit_usd: '5.000000000001' };
    const credit = await insert('plan', { ...trial, plan_name: 'trial', trial_end_date: today });
    await insert('plan', { ...committed, plan_name: 'off', is_enabled: false });
    await insert('plan', { ...committed, plan_name: 'over', effective_date: '2024-01-01', end_date: '2024-12-31' });
    await insert('plan', { ...committed, plan_name: 'theirs', organization_id: await organizationWith() });
    await insert('plan', { ...plan, plan_name: 'paid', tier_type: 'paid', unit_price_usd: '20' });
    const { plans = [] } = await directory.catalog();
    const toMs = Date.parse(today) + 86_400_000;
    const fromMs = Date.parse('2026-01-01');
    expect(plans.toSorted((left, right) => ((left.trialCredit ?? 0n) < (right.trialCredit ?? 0n) ? -1 : 1))).toEqual([
      { planId: commitment, provider: 'north', fromMs, toMs, discountPercentage: '12.5' },
      { planId: credit, provider: 'north', fromMs, toMs, trialCredit: 5_000_000_000_001n },
    ]);
  });

  describe('callers', () => {
    test('a key is who its user, organization and wallet make of it', async () => {
      const payer = await database.createPayer('usd');
      const [own, theirs] = [await insert('customer_type', { name: `own ${payer.userId}` }), crypto.randomUUID()];
      await insert('customer_type', { id: theirs, name: `theirs ${payer.userId}` });
      const organizationId = await organizationWith({ customer_type_id: theirs, limits: { budget: { month: '100' } } });
      await owner.query(
        `update faregate.user_profile set organization_id = $2, customer_type_id = $3, limits = '{"max_concurrent": 4}'
          where id = $1`,
        [payer.userId, organizationId, own],
      );
      await owner.query(
        `update faregate.virtual_key set allowed_models = '{sim/*}', default_output_tokens = 64, may_see_cost = true,
          overspend_policy = 'strict', expires_at = '2030-01-01T00:00:00Z', limits = $2 where id = $1`,
        [
          payer.virtualKeyId,
          JSON.stringify({
            rpm: 60,
            rpd: 1000,
            tpm: 5000,
            tpd: 90000,
            cost_per_minute: '5.00',
            budget: { day: '1.5', week: '5', total: '20' },
            min_balance: '0.1',
          }),
        ],
      );
      expect(await directory.callerByHash(hashOf(payer.virtualKeyId))).toEqual({
        virtualKeyId: payer.virtualKeyId,
        keyHash: hashOf(payer.virtualKeyId),
        keyName: 'test',
        keyPrefix: 'vk_',
        walletId: payer.walletId,
        currency: 'usd',
        organizationId,
        userId: payer.userId,
        customerTypeId: theirs,
        expiresAt: Date.UTC(2030, 0, 1),
        maySeeCost: true,
        overspendPolicy: 'strict',
        defaultOutputTokens: 64,
        allowedModels: ['sim/*'],
        limitOwners: [
          {
            scope: `key:${payer.virtualKeyId}`,
            label: 'virtual_key',
            limits: {
              requestsPerMinute: 60,
              requestsPerDay: 1000,
              tokensPerMinute: 5000,
              tokensPerDay: 90000,
              moneyPerMinute: 5_000_000_000_000n,
              budgets: { day: 1_500_000_000_000n, week: 5_000_000_000_000n, total: 20_000_000_000_000n },
              minBalance: 100_000_000_000n,
            },
          },
          { scope: `user:${payer.userId}`, label: 'user', limits: { concurrency: 4 } },
          {
            scope: `organization:${organizationId}`,
            label: 'organization',
            limits: { budgets: { month: 100_000_000_000_000n } },
          },
        ],
      });
    });

    test('a key without owners of prices or limits has none', async () => {
      const payer = await database.createPayer('jpy');
      const caller = await directory.callerByHash(hashOf(payer.virtualKeyId));
      expect(caller).toMatchObject({ currency: 'jpy', overspendPolicy: 'clamp', limitOwners: [] });
      expect(caller).not.toHaveProperty('customerTypeId');
      expect(caller).not.toHaveProperty('refusedBecause');
      expect(await directory.callerByHash('nobody')).toBeUndefined();
    });

    test.each([
      ['is_active = false', 'inactive'],
      ['revoked_at = now()', 'revoked'],
      [`limits = '{"rpm": "many"}'`, 'limits of this virtual_key do not read'],
    ])('a key with %s is refused, and says so', async (change, words) => {
      const payer = await database.createPayer('usd');
      await owner.query(`update faregate.virtual_key set ${change} where id = $1`, [payer.virtualKeyId]);
      expect((await directory.callerByHash(hashOf(payer.virtualKeyId)))?.refusedBecause).toContain(words);
    });

    test.each(['pending', 'canceled'])('the keys of a %s user are refused', async (status) => {
      const payer = await database.createPayer('usd');
      await owner.query('update faregate.user_profile set status = $2 where id = $1', [payer.userId, status]);
      expect((await directory.callerByHash(hashOf(payer.virtualKeyId)))?.refusedBecause).toContain('user');
    });

    test('the keys of a disabled organization are refused, and those of its users', async () => {
      const payer = await database.createPayer('usd');
      const organizationId = await organizationWith({ status: 'disabled' });
      await owner.query('update faregate.user_profile set organization_id = $2 where id = $1', [
        payer.userId,
        organizationId,
      ]);
      expect((await directory.callerByHash(hashOf(payer.virtualKeyId)))?.refusedBecause).toContain('organization');
    });

    test('a rotated key answers to its old secret until that ends', async () => {
      const payer = await database.createPayer('usd');
      const { cursor } = await readAll();
      const old = `old ${payer.virtualKeyId}`;
      await owner.query(
        `insert into faregate.retired_secret (key_hash, key_prefix, virtual_key_id, valid_until)
          values ($1, 'vk_old', $2, '2029-01-01T00:00:00Z')`,
        [old, payer.virtualKeyId],
      );
      await owner.query('update faregate.virtual_key set updated_at = clock_timestamp() where id = $1', [
        payer.virtualKeyId,
      ]);
      expect(await directory.callerByHash(old)).toMatchObject({
        virtualKeyId: payer.virtualKeyId,
        keyPrefix: 'vk_old',
        expiresAt: Date.UTC(2029, 0, 1),
      });
      expect((await readAll(cursor)).hashes).toContain(old);
    });
  });

  describe('changes', () => {
    test('the first reading has all that may call, and only those', async () => {
      const payers = await Promise.all(Array.from({ length: 8 }, () => database.createPayer('usd')));
      const [revoked, ...others] = payers;
      await owner.query('update faregate.virtual_key set revoked_at = now() where id = $1', [revoked?.virtualKeyId]);
      const { hashes } = await readAll();
      for (const payer of others) expect(hashes).toContain(hashOf(payer.virtualKeyId));
      expect(hashes).not.toContain(hashOf(revoked?.virtualKeyId ?? ''));
    });

    // Everything of the last half minute is read again, so what has not changed is made older than that.
    const settled = async () => {
      for (const table of ['virtual_key', 'user_profile', 'organization']) {
        await owner.query(`update faregate.${table} set updated_at = now() - interval '1 hour'`);
      }
      return readAll();
    };

    test('a change of a key, its user, its organization or its user’s organization surfaces the key', async () => {
      const [one, two, three, four, five] = await Promise.all(
        Array.from({ length: 5 }, () => database.createPayer('usd')),
      );
      const [direct, throughUser] = [await organizationWith(), await organizationWith()];
      await owner.query('update faregate.virtual_key set organization_id = $2 where id = $1', [
        three?.virtualKeyId,
        direct,
      ]);
      await owner.query('update faregate.user_profile set organization_id = $2 where id = $1', [
        four?.userId,
        throughUser,
      ]);
      const { cursor } = await settled();
      expect((await readAll(cursor)).hashes).toEqual(new Set());
      const touch = (table: string, id: string | undefined) =>
        owner.query(`update faregate.${table} set updated_at = clock_timestamp() where id = $1`, [id]);
      await touch('virtual_key', one?.virtualKeyId);
      await touch('user_profile', two?.userId);
      await touch('organization', direct);
      await touch('organization', throughUser);
      const changed = await readAll(cursor);
      const expected = [one, two, three, four].map((payer) => hashOf(payer?.virtualKeyId ?? ''));
      expect(changed.hashes).toEqual(new Set(expected));
      expect(changed.hashes).not.toContain(hashOf(five?.virtualKeyId ?? ''));
    });

    test('a revoked key surfaces as refused, not in silence', async () => {
      const payer = await database.createPayer('usd');
      const { cursor } = await settled();
      await owner.query(
        'update faregate.virtual_key set revoked_at = now(), updated_at = clock_timestamp() where id = $1',
        [payer.virtualKeyId],
      );
      const { callers } = await directory.callersSince(cursor, 10);
      expect(callers).toMatchObject([{ virtualKeyId: payer.virtualKeyId }]);
      expect(callers[0]?.refusedBecause).toContain('revoked');
    });

    test('a change that commits after later ones have been read is not missed', async () => {
      const [slow, quick] = [await database.createPayer('usd'), await database.createPayer('usd')];
      const { cursor } = await settled();
      const update = 'update faregate.virtual_key set is_active = false, updated_at = clock_timestamp() where id = $1';
      const transaction = await owner.connect();
      await transaction.query('begin');
      await transaction.query(update, [slow.virtualKeyId]);
      await owner.query(update, [quick.virtualKeyId]);
      const first = await readAll(cursor);
      expect(first.hashes).toEqual(new Set([hashOf(quick.virtualKeyId)]));
      await transaction.query('commit');
      transaction.release();
      expect((await readAll(first.cursor)).hashes).toContain(hashOf(slow.virtualKeyId));
    });

    test('more changes than one reading takes come in as many as it needs', async () => {
      const payers = await Promise.all(Array.from({ length: 10 }, () => database.createPayer('usd')));
      const { cursor } = await settled();
      await owner.query('update faregate.virtual_key set updated_at = now() where id = any($1::uuid[])', [
        payers.map((payer) => payer.virtualKeyId),
      ]);
      expect((await readAll(cursor)).hashes).toEqual(new Set(payers.map((payer) => hashOf(payer.virtualKeyId))));
    });

    test('what is told through the database is heard, after its connection was cut too', async () => {
      const heard: string[] = [];
      const watching = await directory.watch((topic) => heard.push(topic));
      const tell = (topic: string) => database.application.query(`select pg_notify('faregate_change', $1)`, [topic]);
      await tell('callers');
      await tell('nonsense');
      await until(() => heard.length === 1);
      expect(heard).toEqual(['callers']);
      await owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and query = 'listen faregate_change'`,
      );
      await until(() => heard.length === 3);
      expect(heard.slice(1).toSorted()).toEqual(['callers', 'catalog']);
      await tell('catalog');
      await until(() => heard.length === 4);
      await watching.stop();
    });
  });

  describe('the catalogue', () => {
    const provider = (name: string, row: Readonly<Record<string, unknown>> = {}) =>
      insert('provider', {
        name,
        display_name: name,
        adapter: 'openai-compatible',
        base_url: `https://${name}.example/v1`,
        ...row,
      });

    test('models and aliases are routes to providers that are active', async () => {
      const [north, south] = [
        await provider('north', { settings: { head_timeout_ms: 5000, on_hang_up: 'drain' } }),
        await provider('south', { status: 'disabled' }),
      ];
      const model = (name: string, row: Readonly<Record<string, unknown>> = {}) =>
        insert('model', { provider_id: north, model_id: `${name}-id`, name, ...row });
      await model('new', { status: 'preview', context_window: 8000, max_output_tokens: 900 });
      await model('old', { status: 'retired' });
      await model('vectors', { kind: 'embedding' });
      await model('elsewhere', { provider_id: south });
      await insert('alias', { name: 'best', targets: JSON.stringify(['elsewhere', 'new', 'vectors']) });
      await insert('alias', { name: 'away', targets: JSON.stringify(['elsewhere', 'old']) });
      const routes = new Map((await directory.catalog()).routes.map((route) => [route.name, route]));
      expect([...routes.keys()].filter((name) => !name.startsWith('sim/')).toSorted()).toEqual([
        'best',
        'new',
        'vectors',
      ]);
      expect(routes.get('new')).toMatchObject({
        subject: 'model',
        kind: 'chat',
        targets: [
          {
            model: 'new-id',
            name: 'new',
            contextWindow: 8000,
            maxOutputTokens: 900,
            tokenizer: 'bytes',
            streamsAllOutput: false,
            provider: {
              providerId: north,
              name: 'north',
              adapter: 'openai-compatible',
              baseUrl: 'https://north.example/v1',
              headTimeoutMs: 5000,
              onHangUp: 'drain',
            },
          },
        ],
      });
      expect(routes.get('best')).toMatchObject({ subject: 'alias', kind: 'chat', targets: [{ name: 'new' }] });
    });

    test('credentials come opened, the primary first; one that does not open is left out and told', async () => {
      const id = await provider('keyed');
      await insert('model', { provider_id: id, model_id: 'm', name: 'keyed/m' });
      const key = async (name: string, row: Readonly<Record<string, unknown>> = {}) => {
        const keyId = crypto.randomUUID();
        const sealed = `provider_key:${keyId} secret of ${name}`;
        await insert('provider_key', { id: keyId, provider_id: id, name, sealed, prefix: 'sk', ...row });
      };
      await key('second', { weight: 5 });
      await key('first', { is_primary: true });
      await key('idle', { is_active: false });
      await key('late', { expires_at: '2020-01-01T00:00:00Z' });
      await key('theirs', { organization_id: await organizationWith() });
      await key('broken', { sealed: 'nonsense' });
      const route = (await directory.catalog()).routes.find(({ name }) => name === 'keyed/m');
      expect(route?.targets[0]?.provider.credentials.map(({ secret }) => secret)).toEqual([
        'secret of first',
        'secret of second',
      ]);
      expect(warnings.at(-1)).toContain('keyed');
    });

    test('prices that are, or will be; earlier ones by their id', async () => {
      const price = (name: string, from: string, to?: string) =>
        insert('price_version', {
          book: 'list',
          subject_kind: 'model',
          subject_name: name,
          currency: 'usd',
          components: JSON.stringify([{ meter: 'input', price: '1', per: '1000000', currency: 'usd' }]),
          valid_from: from,
          valid_to: to,
          author: 'tester',
        });
      const past = await price('priced', '2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z');
      const now = await price('priced', '2021-01-01T00:00:00Z', '2098-01-01T00:00:00Z');
      const future = await price('priced', '2098-01-01T00:00:00Z');
      const prices = (await directory.catalog()).prices.filter((each) => each.subject.name === 'priced');
      expect(prices.map((each) => each.id)).toEqual([now, future]);
      expect(prices[0]).toMatchObject({ book: 'list', currency: 'usd', validTo: '2098-01-01T00:00:00.000Z' });
      expect((await directory.priceVersions([past])).map((each) => each.validFrom)).toEqual([
        '2020-01-01T00:00:00.000Z',
      ]);
      expect(await directory.priceVersions([])).toEqual([]);
    });

    test('is the same object while nothing has changed, and another after any change', async () => {
      const id = await provider('changing', { status: 'disabled' });
      const model = await insert('model', { provider_id: id, model_id: 'm', name: 'changing/m' });
      const alias = await insert('alias', { name: 'changing', targets: '["changing/m"]' });
      const before = await directory.catalog();
      expect(await directory.catalog()).toBe(before);
      const changes = [
        `update faregate.provider set status = 'active' where id = '${id}'`,
        `update faregate.model set max_output_tokens = 5 where id = '${model}'`,
        `delete from faregate.alias where id = '${alias}'`,
        `insert into faregate.fx_rate (id, base, quote, numerator, denominator, observed_at, source)
          values (gen_random_uuid(), 'usd', 'jpy', 150, 1, now(), 'test')`,
        `update faregate.price_version set valid_to = now() + interval '1 hour' where subject_name = 'compass'`,
      ];
      let known = before;
      for (const change of changes) {
        await owner.query(change);
        const next = await directory.catalog();
        expect(next).not.toBe(known);
        expect(await directory.catalog()).toBe(next);
        known = next;
      }
    });

    test('of each pair of currencies the newest rate', async () => {
      const rate = (numerator: number, observed_at: string) =>
        insert('fx_rate', { base: 'usd', quote: 'eur', numerator, denominator: 1000, observed_at, source: 'test' });
      await rate(920, '2026-01-02T00:00:00Z');
      await rate(900, '2026-01-01T00:00:00Z');
      const exchange = (await directory.catalog()).exchange.filter((each) => each.quote === 'eur');
      expect(exchange).toMatchObject([{ base: 'usd', quote: 'eur', rate: { numerator: 23n, denominator: 25n } }]);
    });
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !condition(); tries += 1) await wait(10);
  expect(condition()).toBe(true);
}
