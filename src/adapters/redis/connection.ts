// The way to Redis, and what its silence means: exactness cannot be had, so the call is told to come again.
import { createClient, createCluster, defineScript, type RedisArgument } from '@redis/client';
import { Failure } from '#core/failure.ts';
import { AmountBeyondCounting } from '#core/money/amount.ts';
import { deedsScript } from './script.ts';

export interface DeedArguments {
  /** The hash tag of everything that the deed may touch. */
  readonly shard: string;
  readonly deed: string;
  /** Missing: Redis's own clock. */
  readonly nowMs: number | undefined;
  readonly said: object;
  readonly blob: string;
}

export interface RedisConnection {
  run(deed: DeedArguments): Promise<unknown>;
  close(): Promise<void>;
}

const script = defineScript({
  SCRIPT: deedsScript,
  NUMBER_OF_KEYS: 1,
  parseCommand(parser, { shard, deed, nowMs, said, blob }: DeedArguments) {
    parser.pushKey(shard);
    parser.push(deed, nowMs === undefined ? '' : String(nowMs), JSON.stringify(said), blob satisfies RedisArgument);
  },
  transformReply: (reply: unknown) => reply,
});

const connectMsMax = 5_000;

/**
 * Several addresses are those of a Cluster's nodes; each needs to name only some of them.
 * @throws Failure `not_exact` when nobody answers there.
 */
export async function connectRedis(urls: readonly string[], onError: (error: Error) => void): Promise<RedisConnection> {
  const client = clientFor(urls);
  client.on('error', onError);
  await within(client.connect()).catch((error: unknown) => {
    client.destroy();
    throw outOfReach(error);
  });
  return {
    async run(deed) {
      try {
        return await client.deed(deed);
      } catch (error) {
        throw inOurWords(error);
      }
    },
    async close() {
      if (client.isOpen) await client.close();
    },
  };
}

const socket = { connectTimeout: connectMsMax, reconnectStrategy: (tries: number) => Math.min(50 * 2 ** tries, 1_000) };

// What could not be said at once is not said later: its call has been refused meanwhile.
const said = { disableOfflineQueue: true, socket } as const;
const scripts = { deed: script };

function clientFor(urls: readonly string[]) {
  const [url, ...more] = urls;
  if (more.length === 0) return createClient({ ...said, scripts, ...(url === undefined ? {} : { url }) });
  return createCluster({ scripts, rootNodes: urls.map((each) => ({ url: each })), defaults: said });
}

async function within(connecting: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${connectMsMax} ms.`)), connectMsMax);
  });
  await Promise.race([connecting, late]).finally(() => clearTimeout(timer));
}

function outOfReach(cause: unknown): Failure {
  return new Failure('not_exact', 'The store that sets money aside is out of reach. Try again shortly.', {
    cause,
    retryAfterMs: 1_000,
  });
}

function inOurWords(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const [word, ...rest] = message.split(' ');
  if (word === 'BEYOND') {
    return new AmountBeyondCounting(`The amount ${rest.join(' ')} is larger than what can be kept exactly.`);
  }
  if (word === 'UNLOADED') {
    const wallet = rest.join(' ');
    return new Failure('not_exact', `The wallet ${wallet} is not loaded, so nothing can be charged to it. Try again.`);
  }
  return outOfReach(error);
}
