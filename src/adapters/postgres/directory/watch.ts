// Listens for changes on a connection of its own, and connects again whenever that breaks.
import { setTimeout as wait } from 'node:timers/promises';
import { Client, type Pool } from 'pg';

export type Topic = 'catalog' | 'callers';

const channel = 'faregate_change';
const reconnectMs = 1_000;

export async function watchChanges(pool: Pool, onChange: (topic: Topic) => void): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let client = await listening(pool, onChange);
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      if (client) await ended(client, signal);
      if (signal.aborted) break;
      await wait(reconnectMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
      client = await listening(pool, onChange);
      if (!client) continue;
      // Nobody told us of what changed while nobody listened.
      onChange('catalog');
      onChange('callers');
    }
    await client?.end().catch(() => {});
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** `undefined` when the database is out of reach: it is only a hint that is missing. */
async function listening(pool: Pool, onChange: (topic: Topic) => void): Promise<Client | undefined> {
  const client = new Client(pool.options);
  // Without a listener a connection that breaks would end the process.
  client.on('error', () => {});
  client.on('notification', ({ payload }) => {
    if (payload === 'catalog' || payload === 'callers') onChange(payload);
  });
  try {
    await client.connect();
    await client.query(`listen ${channel}`);
    return client;
  } catch {
    await client.end().catch(() => {});
    return undefined;
  }
}

function ended(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      signal.removeEventListener('abort', finish);
      client.off('end', finish);
      resolve();
    };
    client.once('end', finish);
    signal.addEventListener('abort', finish, { once: true });
    if (signal.aborted) finish();
  });
}
