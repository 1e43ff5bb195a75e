import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { House } from './house.ts';
import { LiveCalls, touchOnce } from './live-calls.ts';

test('a disk that takes its time does not make many calls outlast their leases', async () => {
  const live = new LiveCalls();
  const touched: string[] = [];
  let waiting = 0;
  let waitingMost = 0;
  for (let no = 0; no < 500; no += 1) {
    live.enter({ requestId: String(no), checkpoint: () => ({ promptTokens: 1, completionTokens: no }) });
  }
  const house = {
    live,
    journal: {
      async append() {
        waiting += 1;
        waitingMost = Math.max(waitingMost, waiting);
        await wait(5);
        waiting -= 1;
      },
    },
    store: { touch: (requestId: string) => Promise.resolve(touched.push(requestId) > 0) },
  };
  await touchOnce(house as unknown as House);
  expect(touched.length).toBe(500);
  expect(waitingMost).toBe(500);
});
