// A price that is edited with SQL beneath a running server is the price of the next calls, and of no earlier one.
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { post, said } from '#test/gateway/wire.ts';
import { auditBeside } from '#test/process/audit.ts';
import { connectionTo } from '#test/process/cluster.ts';
import { removeServers, startServer, type TestServer } from '#test/process/server.ts';
import { insert, list, update } from './written-statements.ts';

let server: TestServer;
let database: Client;

beforeAll(async () => {
  server = await startServer();
  database = new Client(await connectionTo(server.dataDirectory));
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await removeServers();
});

let called = 0;
const chargeOf = async (key: string) => {
  called += 1;
  const response = await post(server.url, key, { model: 'sim/echo', messages: said(), max_tokens: 5 });
  await response.arrayBuffer();
  return response.headers.get('x-faregate-charge');
};

const pollMsMax = 6_000;

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await done()); waited += 100) {
    if (waited > pollMsMax) throw new Error(`Not within ${pollMsMax} ms.`);
    await wait(100);
  }
}

test("on a new server with its catalogue the documents' statements do what they say", async () => {
  expect((await database.query(update)).rowCount).toBe(1);
  expect((await database.query(insert)).rowCount).toBe(1);
  const { rows } = await database.query<{ model_name: string; price_per_request: string }>(list);
  expect(rows).toContainEqual(
    expect.objectContaining({ model_name: 'claude-sonnet-4.5', price_per_request: '0.0105' }),
  );
  expect(rows).toContainEqual(
    expect.objectContaining({
      model_name: 'claude-opus-4-5-20251101',
      price_per_request: '0.0525',
      provider: 'anthropic',
    }),
  );
});

test('an update through the view is charged at once, and receipts of earlier calls still recompute', async () => {
  const { key } = await server.key('5.00');
  const before = await chargeOf(key);
  expect(before).not.toBe('0');
  const { rowCount } = await database.query(
    `update model_pricing set price_per_1k_input_tokens = 0, price_per_1k_output_tokens = 0, price_per_request = 0.25,
       notes = 'dear' where model_name = 'sim/echo'`,
  );
  expect(rowCount).toBe(1);
  await until(async () => (await chargeOf(key)) === '0');
  await database.query(
    `update model_pricing set price_per_1k_input_tokens = null, price_per_1k_output_tokens = null
       where model_name = 'sim/echo'`,
  );
  await until(async () => (await chargeOf(key)) === '0.25');

  // Once all that was called is booked; every receipt is computed again by the version that it names.
  await until(async () => {
    const { findings, counts } = await auditBeside(await connectionTo(server.dataDirectory));
    return findings.length === 0 && counts.rated >= called;
  });
  const { rows } = await database.query<{ cost_usd: string }>(
    'select distinct cost_usd from usage_logs where model = $1 order by cost_usd',
    ['sim/echo'],
  );
  expect(rows.map((row) => row.cost_usd)).toEqual(['0', before, '0.25']);
});
