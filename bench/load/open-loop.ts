// A fixed rate with random gaps, whatever becomes of the calls before; a call that has to wait for a connection has begun.
import type { Connection } from './connection.ts';
import { Counts } from './counts.ts';
import { openConnections } from './open-connections.ts';
import type { LoadAnswer, LoadQuestion } from './protocol.ts';

/** Resolves when the last call is answered. */
export async function openLoop(question: Extract<LoadQuestion, { kind: 'open' }>): Promise<LoadAnswer> {
  const { perSecond, seed } = question;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const free: Connection[] = [];
  const due = new Map<Connection, number>();
  const waiting: number[] = [];
  const begin = (connection: Connection, dueMs: number): void => {
    due.set(connection, dueMs);
    connection.send();
  };
  const connections = await openConnections(question, (connection, ok) => {
    const nowMs = performance.now();
    counts.note(ok, nowMs);
    const dueMs = due.get(connection);
    if (ok && dueMs !== undefined) counts.noteLatency(dueMs, nowMs);
    due.delete(connection);
    const next = waiting.shift();
    if (next !== undefined && !connection.closed) begin(connection, next);
    else if (!connection.closed) free.push(connection);
    if (counts.over && due.size === 0) end();
  });
  free.push(...connections);
  const counts = new Counts(question);
  const gapMs = exponentialGaps(1_000 / perSecond, seed);
  let nextMs = performance.now();
  // Turns without a pause, since a timer comes up to a millisecond late: the generator has a core to spare.
  const turn = (): void => {
    for (const nowMs = performance.now(); nextMs <= nowMs; nextMs += gapMs()) {
      const connection = free.pop();
      if (connection) begin(connection, nextMs);
      else waiting.push(nextMs);
    }
    if (!counts.over) setImmediate(turn);
    else if (due.size === 0) end();
  };
  turn();
  await ended;
  for (const connection of connections) connection.close();
  return counts.answer();
}

/** Gaps of a Poisson process, the same for the same seed. */
function exponentialGaps(meanMs: number, seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // Mulberry32: small, and random enough for gaps.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const chance = ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    return -Math.log(1 - chance) * meanMs;
  };
}
