// Kills a real server at every place in the life of a job: exactly one charge, and no hold left, after its restart.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FailpointName } from '#ports/failpoints.ts';
import { creditsOf, eventually } from '#test/gateway/wire.ts';
import { audit } from '#test/process/audit.ts';
import { connectionTo } from '#test/process/cluster.ts';
import { type LedgerRead, readLedger } from '#test/process/books.ts';
import { runCommand } from '#test/process/launch.ts';
import { type OutsideProvider, startOutsideProvider } from '#test/process/outside-provider.ts';
import { environmentOf, removeServers, startServer, type TestKey, type TestServer } from '#test/process/server.ts';
import { soundBooks } from './aftermath.ts';

interface KillPoint {
  readonly name: FailpointName;
  /** What its caller gets to know: nothing, or the job's id and then its end. */
  readonly told: boolean;
  readonly charged: 'nothing' | 'estimate' | 'final';
}

// Eight seconds at ten cents; what fails in the end, and is heard of, costs nothing.
const price = 800_000_000_000n;

const killPoints: readonly KillPoint[] = [
  { name: 'after-hold', told: false, charged: 'nothing' },
  { name: 'after-journal-dispatch', told: false, charged: 'estimate' },
  { name: 'after-dispatch', told: false, charged: 'estimate' },
  { name: 'after-answer-head', told: false, charged: 'estimate' },
  { name: 'after-accepted', told: false, charged: 'final' },
  { name: 'after-final-word', told: true, charged: 'final' },
  { name: 'after-journal-settle', told: true, charged: 'final' },
  { name: 'after-settle', told: true, charged: 'final' },
  { name: 'after-ledger-write', told: true, charged: 'final' },
];

let outside: OutsideProvider;
let server: TestServer;
let payer: TestKey;
let read: LedgerRead;

beforeAll(async () => {
  outside = await startOutsideProvider();
  server = await startServer({ failpoint: killPoints[0]?.name });
  await server.admin('/api/v1/providers', {
    name: 'outside',
    adapter: 'openai-compatible',
    base_url: `${outside.origin}/v1`,
  });
  await server.admin('/api/v1/models', {
    provider: 'outside',
    model_id: 'video',
    name: 'outside/video',
    kind: 'video',
  });
  await server.admin('/api/v1/prices', {
    subject: { kind: 'model', name: 'outside/video' },
    pricing_model: 'per_unit',
    components: [{ meter: 'video_second', price: '0.10', per: '1', when: { resolution: ['720p'] } }],
  });
  payer = await server.key('100');
  read = await soundBooks(await connectionTo(server.dataDirectory));
});

afterAll(async () => {
  await removeServers();
  await outside.stop();
});

async function begin(prompt: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${server.url}/v1/videos`, {
      method: 'POST',
      headers: { authorization: `Bearer ${payer.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'outside/video', prompt, seconds: 8, size: '1280x720' }),
    });
    return ((await response.json()) as { readonly id: string }).id;
  } catch {
    return undefined;
  }
}

async function statusOf(id: string): Promise<string> {
  const response = await fetch(`${server.url}/v1/videos/${id}`, { headers: { authorization: `Bearer ${payer.key}` } });
  return ((await response.json()) as { readonly status: string }).status;
}

/** The charges since the books were last looked at, once no money is set aside and the ledger has all of them. */
async function newCharges(expected: number): Promise<LedgerRead['calls']> {
  await eventually(async () => (await creditsOf(server.url, payer.key)).held === '0', 50);
  const connection = await connectionTo(server.dataDirectory);
  await eventually(async () => (await readLedger(connection)).calls.length >= read.calls.length + expected, 50);
  const known = new Set(read.calls.map(({ requestId }) => requestId));
  read = await soundBooks(connection);
  const wallet = read.wallets.find(({ walletId }) => walletId === payer.walletId);
  expect((await creditsOf(server.url, payer.key)).balance).toBe(`${Number(wallet?.balance) / 1e12}`);
  return read.calls.filter(({ requestId }) => !known.has(requestId));
}

describe('a server that is killed while it makes a film', () => {
  test.each(killPoints)('$name: one charge ($charged)', { timeout: 60_000 }, async ({ name, told, charged }) => {
    const id = await begin(`A tram #job_ms=100 #tag=${name}`);
    expect(id !== undefined).toBe(told);
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const next = killPoints[killPoints.findIndex((each) => each.name === name) + 1]?.name;
    server = await startServer({
      dataDirectory: server.dataDirectory,
      ...(charged === 'final' ? {} : { failpoint: next }),
    });
    if (id !== undefined) await eventually(async () => (await statusOf(id)) === 'completed', 50);
    const charges = await newCharges(charged === 'nothing' ? 0 : 1);
    const expected = {
      nothing: [],
      estimate: [{ total: price, final: false }],
      final: [{ total: price, final: true }],
    };
    expect(charges).toMatchObject(expected[charged]);
    expect(charges.length).toBe(expected[charged].length);
    if (charged !== 'final') return;
    // Nothing of it is open any more, and another start changes nothing.
    await server.kill9();
    server = await startServer({ dataDirectory: server.dataDirectory, failpoint: next });
    expect(await newCharges(0)).toEqual([]);
  });

  test('many are under way while it is killed: all end, the failed for nothing', { timeout: 60_000 }, async () => {
    const orders = Array.from(
      { length: 12 },
      (_, index) => `A tram #job_ms=1500${index % 3 === 0 ? ' #job_error=1' : ''}`,
    );
    const ids = await Promise.all(orders.map(begin));
    expect(await creditsOf(server.url, payer.key)).toMatchObject({ held: '9.6' });
    await server.kill9Tree();
    server = await startServer({ dataDirectory: server.dataDirectory });
    // Before any call is taken the money is spoken for again.
    await eventually(
      async () =>
        (await Promise.all(ids.map((id) => statusOf(id ?? '')))).every(
          (each) => each === 'completed' || each === 'failed',
        ),
      50,
    );
    const charges = await newCharges(12);
    expect(charges.every(({ final }) => final)).toBe(true);
    expect(charges.filter(({ total }) => total === price).length).toBe(8);
    expect(charges.filter(({ total }) => total === 0n).length).toBe(4);
  });

  test(
    'what is held is held again at once after a restart, and a stop leaves jobs to the next start',
    { timeout: 60_000 },
    async () => {
      const id = (await begin('A tram #job_ms=3600000')) ?? '';
      expect(await server.stop()).toEqual({ code: 0, signal: null });
      expect(await audit(server.dataDirectory)).toMatchObject({ code: 0, findings: [], incomplete: [] });
      server = await startServer({ dataDirectory: server.dataDirectory });
      expect(await creditsOf(server.url, payer.key)).toMatchObject({ held: '0.8' });
      expect(await statusOf(id)).not.toBe('failed');
      const running = { state: 'running', name: 'outside/video', held: { amount: '0.8', currency: 'usd' } };
      expect(await server.admin('/api/v1/jobs?state=running')).toMatchObject({ data: [running] });
      const { stdout } = await runCommand(['jobs', 'list', '--state', 'running'], environmentOf(server.dataDirectory));
      expect(stdout).toContain('outside/video');
    },
  );

  test('leaves a ledger in which the auditor finds nothing', { timeout: 60_000 }, async () => {
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(await audit(server.dataDirectory)).toMatchObject({ code: 0, findings: [], incomplete: [] });
  });
});
