// The documents' typical questions about costs are answered from the documents' indexes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LedgerDatabase, openLedgerDatabase } from '#test/audit/ledger-database.ts';

const calls = 100_000;
const organizations = 500;

let database: LedgerDatabase;

beforeAll(async () => {
  database = await openLedgerDatabase('embedded');
  const { walletId } = await database.createPayer('usd');
  // As many rows as a small platform has in a week; what the plans do not depend on is short.
  await database.owner.query(
    `insert into faregate.usage_record (
       event_id, request_id, revision, final, applied, wallet_id, organization_id, user_id, virtual_key_id, name, provider,
       model, outcome, usage, facts, charge_total, charge_currency, charge_receipt, cost_total, cost_currency, cost_receipt,
       pins, held, streamed, started_at, ended_at, latency_ms, recorded_at
     )
     select gen_random_uuid(), gen_random_uuid(), 0, true, true, $3, lpad(to_hex(n % $2), 32, '0')::uuid,
       lpad(to_hex(n % ($2 * 10)), 32, '0')::uuid, gen_random_uuid(), 'name', 'provider-' || n % 200, 'model-' || n % 300, 'completed',
       '{"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500, "status": "reported"}', '{}', 1000000, 'usd',
       '{}', 900000, 'usd', '{}', '{}', 0, false, at, at, 100, at
     from generate_series(1, $1::integer) as n, lateral (select now() - n * interval '6 seconds' as at) as made`,
    [calls, organizations, walletId],
  );
  await database.owner.query(
    `insert into faregate.request_charge (
       request_id, wallet_id, total, cost, cost_currency, provider, final, revision, gateway_id, dispatch_no, started_at,
       updated_at
     )
     select request_id, wallet_id, charge_total, cost_total, cost_currency, provider, final, revision, gen_random_uuid(), 1,
       started_at, recorded_at
     from faregate.usage_record`,
  );
  await database.owner.query('analyze faregate.usage_record, faregate.request_charge');
}, 120_000);
afterAll(() => database.close());

const id = (number: number) => `00000000-0000-0000-0000-${number.toString(16).padStart(12, '0')}`;

test.each([
  ['idx_ai_cost_tracking_org_date', `org_id = '${id(7)}' order by created_at desc limit 50`],
  [
    'idx_ai_cost_tracking_org_date',
    `org_id = '${id(7)}' and created_at > now() - interval '1 day' order by created_at desc`,
  ],
  ['idx_ai_cost_tracking_user', `user_id = '${id(7)}'`],
  ['idx_ai_cost_tracking_provider', `provider = 'provider-7'`],
  ['idx_ai_cost_tracking_model', `model = 'model-7'`],
  ['idx_ai_cost_tracking_date', `created_at > now() - interval '1 hour'`],
  ['idx_ai_cost_tracking_date', 'true order by created_at desc limit 50'],
  ['ai_cost_tracking_pkey', `id = '${id(7)}'`],
])('%s answers: %s', async (index, condition) => {
  const { rows } = await database.owner.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, timing off) select * from ai_cost_tracking where ${condition}`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain(index);
  expect(plan).not.toContain('Seq Scan on usage_record');
  expect(Number(/Execution Time: ([\d.]+) ms/.exec(plan)?.[1])).toBeLessThan(1_000);
});

test.each([
  `select sum(cost_usd), sum(input_tokens) from ai_cost_tracking where org_id = '${id(7)}' and created_at > now() - interval '3 days'`,
  `select model, sum(cost_usd) from usage_logs where organization_id = '${id(7)}' group by model`,
  `select * from data.usage_log where user_id = '${id(7)}' order by created_at desc limit 20`,
])('reads no whole table: %s', async (question) => {
  const { rows } = await database.owner.query<{ 'QUERY PLAN': string }>(`explain ${question}`);
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toContain('Seq Scan on usage_record');
});

test('a roll-up of everything is one pass', async () => {
  const started = performance.now();
  const { rows } = await database.owner.query(
    'select provider, count(*), sum(cost_usd) from ai_cost_tracking group by provider',
  );
  expect(rows).toHaveLength(200);
  expect(performance.now() - started).toBeLessThan(10_000);
});
