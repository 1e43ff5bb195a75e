// The mock upstream: as many threads as told, one port, one tally.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { answerQuestions } from '../parts/part.ts';
import { listen } from './listen.ts';
import { mockQuestion } from './protocol.ts';
import { Tally } from './tally.ts';

const threadData = z.object({ shared: z.instanceof(SharedArrayBuffer), port: z.number() });

if (isMainThread) answerQuestions(mockQuestion, answer());
else await serveBeside();

function answer(): (asked: z.output<typeof mockQuestion>) => Promise<object> {
  const tally = new Tally();
  return async (asked) => {
    switch (asked.kind) {
      case 'listen': {
        const port = await listen(tally, 0, asked.threads > 1);
        for (let thread = 1; thread < asked.threads; thread += 1) await startThread(tally, port);
        return { port };
      }
      case 'served':
        return tally.served(asked.sender);
    }
  };
}

function startThread(tally: Tally, port: number): Promise<void> {
  const thread = new Worker(new URL(import.meta.url), { workerData: { shared: tally.shared, port } });
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('message', () => resolve());
  });
}

async function serveBeside(): Promise<void> {
  const { shared, port } = threadData.parse(workerData);
  await listen(new Tally(shared), port, true);
  parentPort?.postMessage('ready', []);
}
