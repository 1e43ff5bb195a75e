// What calls consumed and cost, and what happened to money, under the names of the documents.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import { tokenSource } from '#core/usage/usage.ts';
import { callOf, entryOf, type Payer } from '#ports/ledger-entries.contract.ts';
import { fillWithGood } from '#test/audit/good-ledger.ts';
import { type LedgerDatabase, openLedgerDatabase } from '#test/audit/ledger-database.ts';
import type { TestPostgresVersion } from '#test/postgres/instance.ts';
import { describeOnEachPostgres } from '#test/postgres/versions.ts';

describeOnEachPostgres('usage and money under the names of the documents', usageOn);

function usageOn(version: TestPostgresVersion): void {
  let database: LedgerDatabase;
  let payers: readonly Payer[];
  beforeAll(async () => {
    database = await openLedgerDatabase(version);
    ({ payers } = await fillWithGood(database));
    await database.ledger.openGateway(gatewayId, database.now());
  });
  afterAll(() => database.close());

  const gatewayId = crypto.randomUUID();
  let dispatchNo = 0;
  const rows = async (sql: string, values: readonly unknown[] = []) =>
    (await database.owner.query<Record<string, unknown>>(sql, [...values])).rows;
  const one = async (sql: string, values: readonly unknown[] = []) => (await rows(sql, values))[0];
  const payer = async (currency: string) => database.createPayer(currency);
  /** Booked as the gateway books it; what it says may be changed before. */
  const booked = async (who: Payer, change: (entry: ChargeEntry) => ChargeEntry = (entry) => entry) => {
    const call = callOf(who, { gatewayId, dispatchNo: ++dispatchNo, atMs: database.now() });
    const entry = change(entryOf(call, { completionTokens: 500 }));
    await database.ledger.write([entry]);
    return entry;
  };

  describe('which records count', () => {
    test('each call counts once, as it was booked last', async () => {
      const [records] = await rows('select count(*) from faregate.usage_record');
      const calls = await rows('select request_id, cost, total, provider, final from faregate.request_charge');
      expect(Number(records?.['count'])).toBeGreaterThan(calls.length);
      for (const call of calls) {
        expect(
          await rows(
            `select (metadata ->> 'request_id')::uuid as request_id, (cost_usd * 1e12)::numeric(38, 0) as cost, provider,
               (metadata ->> 'final')::boolean as final
             from ai_cost_tracking where metadata ->> 'request_id' = $1`,
            [call['request_id']],
          ),
        ).toEqual([
          { request_id: call['request_id'], cost: call['cost'], provider: call['provider'], final: call['final'] },
        ]);
        expect(
          await rows('select (cost_usd * 1e12)::numeric(38, 0) as total from usage_logs where request_id = $1', [
            call['request_id'],
          ]),
        ).toEqual([{ total: call['total'] }]);
      }
    });

    test('an estimate is replaced by the final word, and a late estimate replaces nothing', async () => {
      const who = await payer('usd');
      const call = callOf(who, { gatewayId, dispatchNo: ++dispatchNo, atMs: database.now() });
      const tokens = () => rows('select completion_tokens from usage_logs where request_id = $1', [call.requestId]);
      await database.ledger.write([entryOf(call, { completionTokens: 900, estimateNo: 1 })]);
      expect(await tokens()).toEqual([{ completion_tokens: 900n }]);
      await database.ledger.write([entryOf(call, { completionTokens: 800, estimateNo: 2 })]);
      expect(await tokens()).toEqual([{ completion_tokens: 800n }]);
      await database.ledger.write([entryOf(call, { completionTokens: 20 })]);
      await database.ledger.write([entryOf(call, { completionTokens: 700, estimateNo: 3 })]);
      expect(await tokens()).toEqual([{ completion_tokens: 20n }]);
    });

    test('what calls cost adds up to what left the wallets', async () => {
      for (const { walletId, userId } of payers) {
        const [charged] = await rows('select sum(cost_usd) from usage_logs where user_id = $1', [userId]);
        const [logged] = await rows('select sum(cost) from data.usage_log where user_id = $1', [userId]);
        const [billed] = await rows(
          `select sum(case event_type when 'debit' then amount else -amount end) from data.billing_event
           where user_id = $1 and reference_type in ('request', 'adjustment')`,
          [userId],
        );
        expect(charged).toEqual(billed);
        expect(logged).toEqual(billed);
        const [balance] = await rows(
          `select b.balance = (select sum(case event_type when 'credit' then amount else -amount end)
             from data.billing_event where wallet_id = $1) as same
           from data.account_balance b where id = $1`,
          [walletId],
        );
        expect(balance).toEqual({ same: true });
      }
    });
  });

  describe('what a row says', () => {
    test('of a call: cost, charge, tokens, time and whose it was', async () => {
      const who = await payer('usd');
      const entry = await booked(who);
      expect(await one('select * from ai_cost_tracking where id = $1', [entry.eventId])).toEqual({
        id: entry.eventId,
        org_id: who.userId,
        user_id: who.userId,
        provider: 'north',
        model: 'north-1',
        input_tokens: 1000,
        output_tokens: 500,
        cost_usd: '0.0075',
        latency_ms: 800,
        metadata: {
          request_id: entry.call.requestId,
          name: 'compass',
          virtual_key_id: who.virtualKeyId,
          outcome: 'completed',
          final: true,
          streamed: true,
          token_source: 'estimated',
          prompt_tokens: 1000,
          completion_tokens: 500,
          usage_unit: 'token',
          usage_quantity: '1500',
          cost: '0.0075',
          cost_currency: 'usd',
          charge: '0.0105',
          charge_currency: 'usd',
        },
        created_at: new Date(entry.call.startedAt),
      });
      expect(await one('select * from usage_logs where id = $1', [entry.eventId])).toMatchObject({
        model: 'compass',
        provider_model: 'north-1',
        cost_usd: '0.0105',
        total_tokens: 1500n,
      });
      expect(await one('select * from data.usage_log where id = $1', [entry.eventId])).toMatchObject({
        virtual_key: `hash of ${who.virtualKeyId}`,
        tokens_used: 1500n,
        cost: '0.0105',
        prompt_hash: null,
      });
    });

    test('who has no organization is one of its own', async () => {
      const who = await payer('usd');
      await booked(who);
      expect(
        await one(
          `select o.id, o.slug, o.is_personal from ai_cost_tracking c join organizations o on o.id = c.org_id
           join user_profiles p on p.id = c.user_id where c.user_id = $1`,
          [who.userId],
        ),
      ).toEqual({ id: who.userId, slug: null, is_personal: true });
      const organization = crypto.randomUUID();
      await database.owner.query(`insert into faregate.organization (id, slug, name) values ($1, $2, 'Acme')`, [
        organization,
        `acme-${organization.slice(0, 8)}`,
      ]);
      await database.owner.query('update faregate.user_profile set organization_id = $2 where id = $1', [
        who.userId,
        organization,
      ]);
      const entry = await booked(who, (each) => ({ ...each, call: { ...each.call, organizationId: organization } }));
      expect(await one('select org_id from ai_cost_tracking where id = $1', [entry.eventId])).toEqual({
        org_id: organization,
      });
      // What was called before still names an organization that there is.
      const lost = 'select from ai_cost_tracking c left join organizations o on o.id = c.org_id where o.id is null';
      expect(await rows(lost)).toEqual([]);
    });

    test('a count that no integer holds is null in its column, whole in the metadata, and breaks nothing', async () => {
      const who = await payer('usd');
      const many = 3_000_000_000;
      const entry = await booked(who, (each) => ({
        ...each,
        usage: { ...each.usage, prompt_tokens: many, total_tokens: many + 500 },
      }));
      await booked(who);
      const found = await rows(
        `select input_tokens, output_tokens, metadata ->> 'prompt_tokens' as whole from ai_cost_tracking where id = $1`,
        [entry.eventId],
      );
      expect(found).toEqual([{ input_tokens: null, output_tokens: 500, whole: '3000000000' }]);
      expect(await one('select sum(input_tokens) from ai_cost_tracking where user_id = $1', [who.userId])).toEqual({
        sum: 1000n,
      });
      expect(await one('select prompt_tokens from usage_logs where id = $1', [entry.eventId])).toEqual({
        prompt_tokens: 3_000_000_000n,
      });
    });

    test('the token source is what the core says it is', async () => {
      for (const status of ['reported', 'estimated', 'partial', 'missing', 'not_billable', 'invalid'] as const) {
        expect(await one('select faregate.token_source($1) as source', [status])).toEqual({
          source: tokenSource(status),
        });
      }
    });
  });

  describe('dollars', () => {
    const inYuan = (units: bigint) => (entry: ChargeEntry) => ({ ...entry, cost: amount(units), costCurrency: 'cny' });
    const costOf = ({ eventId }: ChargeEntry) =>
      one(
        `select cost_usd, metadata ->> 'cost' as cost, metadata ->> 'cost_currency' as currency
        from ai_cost_tracking where id = $1`,
        [eventId],
      );
    const setRate = (base: string, quote: string, numerator: string, denominator: string) =>
      database.owner.query(
        `insert into faregate.fx_rate (id, base, quote, numerator, denominator, observed_at, source)
           values (gen_random_uuid(), $1, $2, $3, $4, clock_timestamp(), 'tester')`,
        [base, quote, numerator, denominator],
      );

    test('a cost in another currency is null without a rate, and by the rate known when it was booked for ever', async () => {
      const who = await payer('usd');
      const unknown = await booked(who, inYuan(712_000_000_000n));
      await setRate('cny', 'usd', '10', '71');
      const known = await booked(who, inYuan(710_000_000_000n));
      await setRate('usd', 'cny', '8', '1');
      const later = await booked(who, inYuan(800_000_000_000n));
      expect(await costOf(unknown)).toEqual({ cost_usd: null, cost: '7.12', currency: 'cny' });
      expect(await costOf(known)).toEqual({ cost_usd: 1n, cost: '7.1', currency: 'cny' });
      expect(await costOf(later)).toEqual({ cost_usd: 1n, cost: '8', currency: 'cny' });
    });

    test('a charge in another currency is in that currency in usage_log, and by its pinned rate in usage_logs', async () => {
      const who = await payer('jpy');
      const rate = crypto.randomUUID();
      await database.owner.query(
        `insert into faregate.fx_rate (id, base, quote, numerator, denominator, observed_at, source)
           values ($1, 'usd', 'jpy', 150, 1, clock_timestamp() - interval '1 hour', 'tester')`,
        [rate],
      );
      await setRate('usd', 'jpy', '100', '1');
      const entry = await booked(who, (each) => ({
        ...each,
        total: amount(30_000_000_000n),
        chargeReceipt: { ...each.chargeReceipt, currency: 'jpy' },
        call: {
          ...each.call,
          pins: {
            ...each.call.pins,
            charge: { ...each.call.pins.charge, currency: 'jpy', conversion: { fxRateId: rate, rate: '150' } },
          },
        },
      }));
      expect(await one('select cost_usd from usage_logs where id = $1', [entry.eventId])).toEqual({ cost_usd: '0.02' });
      expect(await one('select cost from data.usage_log where id = $1', [entry.eventId])).toEqual({ cost: 3n });
      expect(
        await one('select balance, overdue_amount, currency from data.account_balance where user_id = $1', [
          who.userId,
        ]),
      ).toEqual({
        balance: -3n,
        overdue_amount: 3n,
        currency: 'jpy',
      });
    });
  });

  test('a top-up and its event', async () => {
    const [{ userId } = { userId: '' }] = payers;
    const [first] = await rows('select amount, currency, status from data.topup_record where user_id = $1', [userId]);
    expect(first).toEqual({ amount: '0.007', currency: 'usd', status: 'completed' });
    const [event] = await rows(
      `select event_type, amount, reference_type from data.billing_event where user_id = $1 order by seq limit 1`,
      [userId],
    );
    expect(event).toEqual({ event_type: 'credit', amount: '0.007', reference_type: 'top_up' });
  });

  test('of keys and credentials nothing is shown that opens anything', async () => {
    const provider = crypto.randomUUID();
    await database.owner.query(
      `insert into faregate.provider (id, name, display_name, adapter, base_url)
         values ($1, 'north', 'North', 'openai-compatible', 'https://north.example')`,
      [provider],
    );
    await database.owner.query(
      `insert into faregate.provider_key (id, provider_id, name, sealed, prefix)
         values (gen_random_uuid(), $1, 'main', 'v1.sealed-bytes', 'sk-ab')`,
      [provider],
    );
    const key = await one('select * from platform_api_keys');
    expect(key?.['api_key_encrypted']).toMatch(/^sk-ab… sha256:[0-9a-f]{64}$/);
    expect(key).toMatchObject({ total_requests: 0, total_cost_usd: 0n, last_used_at: null, is_active: true });
    expect(await rows('select * from user_api_keys')).toEqual([]);
    expect(await one('select hashed_password from auth.login limit 1')).toEqual({ hashed_password: null });
  });
}
