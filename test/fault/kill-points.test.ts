// Kills a real server at every named place between hold and settle, one by one, and looks at what is charged afterwards.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FailpointName, failpointNames } from '#ports/failpoints.ts';
import { audit } from '#test/process/audit.ts';
import type { BookedCall } from '#test/process/books.ts';
import { removeServers, type TestKey } from '#test/process/server.ts';
import { newIn } from './aftermath.ts';
import { call, type Called, type Order } from './calls.ts';
import { type Ground, makeGround } from './ground.ts';

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

let ground: Ground;
let penniless: TestKey;
const seen: { readonly called: Called[]; readonly booked: BookedCall[] } = { called: [], booked: [] };

beforeAll(async () => {
  ground = await makeGround({ callers: models.length, failpoint: failpointOf(killPoints[0]) });
  penniless = await ground.server.key();
});

afterAll(async () => {
  await removeServers();
  await ground.outside.stop();
});

describe('a server that is killed', () => {
  test.each(killPoints)('$name (streamed: $streamed) charges every call once after its restart', async (point) => {
    const called = await callRound(point);
    expect(await ground.server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    // Every restart is one more for all kills before, and must change nothing of what they left.
    await ground.restart(failpointOf(killPoints[killPoints.indexOf(point) + 1]));
    const before = ground.read;
    await ground.expectCharged(called);
    const booked = newIn(ground.read, before);
    if (point.name === 'after-hold')
      expect(booked.length, 'a hold that was not dispatched costs nothing').toBeLessThan(3);
    else expect(booked.length).toBeGreaterThan(0);
    seen.called.push(...called);
    seen.booked.push(...booked);
  });

  test('restarts once more, and nothing has changed', async () => {
    await ground.server.kill9();
    await ground.restart();
    const { read } = ground;
    expect(await ground.look()).toEqual(read);
    await ground.expectCharged([]);
  });

  test('leaves a ledger in which the auditor finds nothing', async () => {
    expect(await ground.server.stop()).toEqual({ code: 0, signal: null });
    expect(await audit(ground.dataDirectory)).toMatchObject({ code: 0, findings: [], incomplete: [] });
  });

  test('has been seen with calls that were answered, cut, lost and refused, and with final and estimated charges', () => {
    const kinds = Object.groupBy(seen.called, ({ ending }) => ending.kind);
    expect(Object.keys(kinds).toSorted()).toEqual(['nothing', 'part', 'refused', 'whole']);
    const finals = Object.groupBy(seen.booked, ({ final }) => (final ? 'final' : 'estimate'));
    expect(finals.final?.length).toBeGreaterThan(killPoints.length);
    expect(finals.estimate?.length).toBeGreaterThan(killPoints.length);
  });
});

// The ledger's writer takes several calls at once, and a stream comes in many pieces.
function failpointOf(point: KillPoint | undefined): string | undefined {
  if (!point) return undefined;
  const { name } = point;
  return `${name}:${name === 'in-mid-stream' ? 20 : /ledger-write|confirm/.test(name) ? 2 : 3}`;
}

// They end one after the other, so that the ledger's writer does not take them all at once.
async function callRound({ name, streamed }: KillPoint): Promise<readonly Called[]> {
  const round = `${name}-${streamed ? 'streamed' : 'plain'}`;
  const orders = ground.keys.map(({ key, id: keyId }, index): Order => {
    const model = models[index] ?? 'sim/echo';
    const tag = model.startsWith('outside/') ? { tag: `${round}-${index}` } : {};
    return { key, keyId, model, streamed, ...tag, outputTokens: 4 + 6 * index, paceMs: 4 };
  });
  const { key, id: keyId } = penniless;
  const refused: Order = { key, keyId, model: 'outside/echo', streamed, tag: `${round}-refused` };
  return Promise.all([refused, ...orders].map((order) => call(ground.server.url, order)));
}
