// Kills a real server in the life of a batch: exactly one charge, the sum of its lines, and no hold left, after its restart.
import OpenAI, { APIError, toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FailpointName } from '#ports/failpoints.ts';
import { creditsOf, eventually } from '#test/gateway/wire.ts';
import { audit } from '#test/process/audit.ts';
import { connectionTo } from '#test/process/cluster.ts';
import { type LedgerRead, readLedger } from '#test/process/books.ts';
import { type OutsideProvider, startOutsideProvider } from '#test/process/outside-provider.ts';
import { removeServers, startServer, type TestKey, type TestServer } from '#test/process/server.ts';
import { soundBooks } from './aftermath.ts';

const killPoints: readonly { readonly name: FailpointName; readonly told: boolean }[] = [
  { name: 'after-accepted', told: false },
  { name: 'after-final-word', told: true },
];

const endpoint = '/v1/chat/completions';
const lines = ['a', 'b', 'c'].map((custom_id) => {
  const body = { model: 'outside/echo', messages: [{ role: 'user', content: `Line ${custom_id}` }], max_tokens: 64 };
  return JSON.stringify({ custom_id, method: 'POST', url: endpoint, body });
});

let outside: OutsideProvider;
let server: TestServer;
let payer: TestKey;
let file: string;
let read: LedgerRead;
let whole: bigint | undefined;

beforeAll(async () => {
  outside = await startOutsideProvider();
  server = await startServer({ failpoint: killPoints[0]?.name });
  await server.admin('/api/v1/providers', { name: 'outside', adapter: 'openai', base_url: `${outside.origin}/v1` });
  const model = { provider: 'outside', model_id: 'echo', name: 'outside/echo', kind: 'chat', max_output_tokens: 4_096 };
  await server.admin('/api/v1/models', model);
  await server.admin('/api/v1/prices', {
    subject: { kind: 'model', name: 'outside/echo' },
    components: [
      { meter: 'input', price: '1', per: '1000000' },
      { meter: 'output', price: '2', per: '1000000' },
    ],
    modifiers: [{ factor: '0.5', applies_to: 'tokens', when: { batch: true } }],
  });
  payer = await server.key('100');
  const uploaded = await toFile(Buffer.from(lines.join('\n')), 'calls.jsonl');
  file = (await client().files.create({ purpose: 'batch', file: uploaded })).id;
  read = await soundBooks(await connectionTo(server.dataDirectory));
});

afterAll(async () => {
  await removeServers();
  await outside.stop();
});

function client(): OpenAI {
  return new OpenAI({ apiKey: payer.key, baseURL: `${server.url}/v1`, maxRetries: 0 });
}

async function begin(): Promise<string | undefined> {
  try {
    return (await client().batches.create({ input_file_id: file, endpoint, completion_window: '24h' })).id;
  } catch (error) {
    if (error instanceof APIError && error.status !== undefined) throw error;
    return undefined;
  }
}

/** The one charge since the books were last looked at, once no money is set aside and the ledger has it. */
async function newCharge(): Promise<LedgerRead['calls'][number] | undefined> {
  await eventually(async () => (await creditsOf(server.url, payer.key)).held === '0', 50);
  const connection = await connectionTo(server.dataDirectory);
  await eventually(async () => (await readLedger(connection)).calls.length > read.calls.length, 50);
  const known = new Set(read.calls.map(({ requestId }) => requestId));
  read = await soundBooks(connection);
  const charges = read.calls.filter(({ requestId }) => !known.has(requestId));
  expect(charges.length).toBe(1);
  return charges[0];
}

describe('a server that is killed while a batch is under way', () => {
  test.each(killPoints)('$name: one charge', { timeout: 60_000 }, async ({ name, told }) => {
    const id = await begin();
    expect(id !== undefined).toBe(told);
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const next = killPoints[killPoints.findIndex((each) => each.name === name) + 1]?.name;
    // Without the next point, which may be on the way of this one.
    server = await startServer({ dataDirectory: server.dataDirectory });
    if (id !== undefined) {
      await eventually(async () => (await client().batches.retrieve(id)).status === 'completed', 50);
      const answers = await client().files.content((await client().batches.retrieve(id)).output_file_id ?? '');
      expect((await answers.text()).trim().split('\n').length).toBe(3);
    }
    const charge = await newCharge();
    whole ??= charge?.total;
    expect(charge).toMatchObject({ total: whole, final: true });
    expect(charge?.total).toBeGreaterThan(0n);
    await server.stop();
    server = await startServer({ dataDirectory: server.dataDirectory, failpoint: next });
  });

  test('leaves a ledger in which the auditor finds nothing', { timeout: 60_000 }, async () => {
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(await audit(server.dataDirectory)).toMatchObject({ code: 0, findings: [], incomplete: [] });
  });
});
