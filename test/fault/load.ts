// Callers who go on calling, each with a key of its own and one call at a time.
import { setTimeout as wait } from 'node:timers/promises';
import type { TestKey } from '#test/process/server.ts';
import { call, type Called, type Order } from './calls.ts';

export interface Load {
  /** Grows as calls end. */
  readonly called: readonly Called[];
  /** When each ended, in milliseconds since the load began; as many as `called`. */
  readonly endedAtMs: readonly number[];
  /** Resolves when the calls that are under way have ended. */
  stop(): Promise<void>;
}

const models = ['outside/echo', 'outside/cent'] as const;
// Who was refused waits a little, as callers are asked to.
const refusedRestMs = 50;
const restMs = 10;

/** Half of them streamed. A caller whose connection breaks gives up. `name` tells the loads of one test apart. */
export function startLoad(url: string, keys: readonly TestKey[], name: string): Load {
  const called: Called[] = [];
  const endedAtMs: number[] = [];
  const since = performance.now();
  const stopping = new AbortController();
  const run = async (key: TestKey, caller: number): Promise<void> => {
    for (let count = 0; !stopping.signal.aborted; count += 1) {
      const each = await call(url, orderOf(key, { name, caller, count }));
      called.push(each);
      endedAtMs.push(performance.now() - since);
      const { kind } = each.ending;
      if (kind === 'nothing' || kind === 'part') return;
      await wait(kind === 'refused' ? refusedRestMs : restMs);
    }
  };
  const running = Promise.all(keys.map(run));
  return {
    called,
    endedAtMs,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function orderOf({ key, id: keyId }: TestKey, at: { name: string; caller: number; count: number }): Order {
  const { name, caller, count } = at;
  return {
    key,
    keyId,
    model: models[(caller + count) % models.length] ?? 'outside/echo',
    streamed: caller % 2 === 0,
    tag: `${name}-${caller}-${count}`,
    outputTokens: 4 + ((caller * 7 + count * 3) % 20),
    paceMs: caller % 4,
  };
}
