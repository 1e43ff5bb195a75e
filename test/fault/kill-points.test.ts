// Kills a real server at every named place between hold and settle, one by one, and looks at what is charged afterwards.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FailpointName, failpointNames } from '#ports/failpoints.ts';
import { audit } from '#test/process/audit.ts';
import type { BookedCall, LedgerRead } from '#test/process/books.ts';
import { connectionTo } from '#test/process/cluster.ts';
import { type OutsideProvider, registerOutsideProvider, startOutsideProvider } from '#test/process/outside-provider.ts';
import { removeServers, startServer, type TestKey, type TestServer } from '#test/process/server.ts';
import { expectAllCharged, expectBalance, newIn, soundBooks } from './aftermath.ts';
import { call, type Called, type Order } from './calls.ts';

interface KillPoint {
  readonly name: FailpointName;
  readonly streamed: boolean;
}

const killPoints: readonly KillPoint[] = failpointNames.flatMap((name) =>
  (name === 'in-mid-stream' ? [true] : [false, true]).map((streamed) => ({ name, streamed })),
);

/** One round of calls at the same time, each with a key of its own. */
const models = [
  'outside/echo',
  'outside/cent',
  'outside/echo',
  'outside/cent',
  'sim/echo',
  'sim/cent',
  'sim/slow',
  'sim/cent',
] as const;

let outside: OutsideProvider;
let running: TestServer;
let read: LedgerRead;
let payer: TestKey;
let penniless: TestKey;
/** One for each call of a round, all on one wallet. */
const keys: TestKey[] = [];
const seen: { readonly called: Called[]; readonly booked: BookedCall[] } = { called: [], booked: [] };

beforeAll(async () => {
  outside = await startOutsideProvider();
  running = await startServer({ failpoint: failpointOf(killPoints[0]) });
  await registerOutsideProvider(running, outside.origin);
  payer = await running.key('100');
  penniless = await running.key();
  for (const _ of models) keys.push(await running.key(undefined, { wallet: payer.walletId }));
  read = await booksOf(running);
});

afterAll(async () => {
  await removeServers();
  await outside.stop();
});

describe('a server that is killed', () => {
  test.each(killPoints)('$name (streamed: $streamed) charges every call once after its restart', async (point) => {
    const called = await callRound(running.url, point);
    expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL' });
    // Every restart is one more for all kills before, and must change nothing of what they left.
    const next = killPoints[killPoints.indexOf(point) + 1];
    running = await startServer({ dataDirectory: running.dataDirectory, failpoint: failpointOf(next) });
    const connection = await connectionTo(running.dataDirectory);
    const arrived = outside.arrived();
    const after = await expectAllCharged({ url: running.url, connection, payer, before: read, called, arrived });
    const booked = newIn(after, read);
    if (point.name === 'after-hold') expect(booked.length, 'a hold that was not dispatched costs nothing').toBeLessThan(3);
    else expect(booked.length).toBeGreaterThan(0);
    seen.called.push(...called);
    seen.booked.push(...booked);
    read = after;
  });

  test('restarts once more, and nothing has changed', async () => {
    await running.kill9();
    running = await startServer({ dataDirectory: running.dataDirectory });
    expect(await booksOf(running)).toEqual(read);
    await expectBalance(running.url, payer, read);
  });

  test('leaves a ledger in which the auditor finds nothing', async () => {
    expect(await running.stop()).toEqual({ code: 0, signal: null });
    expect(await audit(running.dataDirectory)).toMatchObject({ code: 0, findings: [], incomplete: [] });
  });

  test('has been seen with calls that were answered, cut, lost and refused, and with final and estimated charges', () => {
    const kinds = Object.groupBy(seen.called, ({ ending }) => ending.kind);
    expect(Object.keys(kinds).toSorted()).toEqual(['nothing', 'part', 'refused', 'whole']);
    const finals = Object.groupBy(seen.booked, ({ final }) => (final ? 'final' : 'estimate'));
    expect(finals.final?.length).toBeGreaterThan(killPoints.length);
    expect(finals.estimate?.length).toBeGreaterThan(killPoints.length);
  });
});

async function booksOf(server: TestServer): Promise<LedgerRead> {
  return soundBooks(await connectionTo(server.dataDirectory));
}

// The ledger's writer takes several calls at once, and a stream comes in many pieces.
function failpointOf(point: KillPoint | undefined): string | undefined {
  if (!point) return undefined;
  const { name } = point;
  return `${name}:${name === 'in-mid-stream' ? 20 : /ledger-write|confirm/.test(name) ? 2 : 3}`;
}

// They end one after the other, so that the ledger's writer does not take them all at once.
async function callRound(url: string, { name, streamed }: KillPoint): Promise<readonly Called[]> {
  const round = `${name}-${streamed ? 'streamed' : 'plain'}`;
  const orders = keys.map(({ key, id: keyId }, index): Order => {
    const model = models[index] ?? 'sim/echo';
    const tag = model.startsWith('outside/') ? { tag: `${round}-${index}` } : {};
    return { key, keyId, model, streamed, ...tag, outputTokens: 4 + 6 * index, paceMs: 4 };
  });
  const { key, id: keyId } = penniless;
  const refused: Order = { key, keyId, model: 'outside/echo', streamed, tag: `${round}-refused` };
  return Promise.all([refused, ...orders].map((order) => call(url, order)));
}
