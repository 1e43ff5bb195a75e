// Counters of free units on a real server and a real Postgres: exact whoever is killed, and whenever.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import type { FailpointName } from '#ports/failpoints.ts';
import { count, post, said, statusOf } from '#test/gateway/wire.ts';
import { auditBeside } from '#test/process/audit.ts';
import { connectionTo } from '#test/process/cluster.ts';
import { removeServers, startServer, type TestKey, type TestServer } from '#test/process/server.ts';

/** After the units were given, written down, settled, and each side of the ledger. */
const killPoints: readonly FailpointName[] = [
  'after-dispatch',
  'after-answer',
  'after-journal-settle',
  'after-settle',
  'before-ledger-write',
  'after-ledger-write',
];
const freeRequests = 40;

let server: TestServer;
let penniless: TestKey;
let answered = 0;

beforeAll(async () => {
  server = await startServer({ failpoint: killPoints[0] });
  await server.admin('/api/v1/aliases', { name: 'cent', targets: ['sim/cent'] });
  await server.admin('/api/v1/prices', {
    subject: { kind: 'alias', name: 'cent' },
    components: [
      { meter: 'request', price: '0.01', per: '1', allowance: { limit: String(freeRequests), period: 'never' } },
    ],
  });
  penniless = await server.key();
});

afterAll(removeServers);

const ask = (stream = false) =>
  post(server.url, penniless.key, { model: 'cent', messages: said(), ...(stream ? { stream } : {}) });

async function look() {
  const connection = await connectionTo(server.dataDirectory);
  const client = new Client(connection);
  await client.connect();
  try {
    const { rows: counters } = await client.query<{ taken: string }>(
      `select taken::text as taken from faregate.unit_counter where scope like 'wallet:${penniless.walletId}:%'`,
    );
    const { rows: calls } = await client.query<{ calls: string; final: string; total: string }>(
      `select count(*)::text as calls, count(*) filter (where final)::text as final,
          coalesce(sum(total), 0)::text as total from faregate.request_charge
        where wallet_id = '${penniless.walletId}'`,
    );
    const { findings, incomplete } = await auditBeside(connection);
    expect({ findings, incomplete }).toEqual({ findings: [], incomplete: [] });
    const [sum] = calls;
    return { taken: counters[0]?.taken, calls: Number(sum?.calls), final: Number(sum?.final), total: sum?.total };
  } finally {
    await client.end();
  }
}

test.each(killPoints.map((name, index) => ({ name, next: killPoints[index + 1] })))(
  'a server that is killed at $name keeps its counters',
  async ({ next }) => {
    const statuses = await Promise.all([0, 1, 2].map((index) => statusOf(ask(index === 1)).catch(() => 0)));
    answered += statuses.filter((status) => status === 200).length;
    await server.exited;
    server = await startServer({ dataDirectory: server.dataDirectory, failpoint: next });
    const { taken, calls, final, total } = await look();
    // One unit for every call that has had its last word, without a gap; and none was charged.
    expect(taken).toBe(final === 0 ? undefined : `{[0,${final})}`);
    expect(total).toBe('0');
    expect(calls).toBeGreaterThanOrEqual(answered);
  },
);

test('then an empty wallet is served to its last free call, and refused behind it', async () => {
  const { final, calls } = await look();
  const statuses = await Promise.all(Array.from({ length: 200 }, () => statusOf(ask())));
  expect(count(statuses)).toEqual({ 200: freeRequests - final, 402: 200 - freeRequests + final });
  await server.stop();
  server = await startServer({ dataDirectory: server.dataDirectory });
  expect(await look()).toEqual({
    taken: `{[0,${freeRequests})}`,
    calls: calls + freeRequests - final,
    final: freeRequests,
    total: '0',
  });
  expect(await statusOf(ask())).toBe(402);
});
