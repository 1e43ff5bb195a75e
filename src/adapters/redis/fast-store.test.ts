import { afterAll, beforeAll, describe } from 'vitest';
import { fastStoreContract } from '#ports/fast-store.contract.ts';
import { describeWithPart } from '#test/parts.ts';
import { startCluster } from '#test/redis/cluster.ts';
import { startRedis } from '#test/redis/server.ts';
import { connectRedis, type RedisConnection } from './connection.ts';
import { redisFastStore } from './fast-store.ts';

describeWithPart('redis-server', 'the fast store in Redis', (program) => {
  contractOn('one server', async () => {
    const redis = await startRedis(program);
    return { urls: [redis.url], stop: () => redis.stop() };
  });
  contractOn('a Cluster', () => startCluster(program));
});

interface Started {
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

function contractOn(name: string, start: () => Promise<Started>): void {
  describe(name, () => {
    let redis: Started | undefined;
    let connection: RedisConnection | undefined;
    let stores = 0;
    beforeAll(async () => {
      redis = await start();
      connection = await connectRedis(redis.urls, () => undefined);
    });
    afterAll(async () => {
      await connection?.close();
      await redis?.stop();
    });

    const make: Parameters<typeof fastStoreContract>[1] = async ({ outboxMax }) => {
      if (!connection) throw new Error('Redis is not there.');
      let nowMs = Date.UTC(2026, 10, 22);
      const shard = `{store-${(stores += 1)}}:`;
      const advance = (ms: number): void => {
        nowMs += ms;
      };
      return { store: redisFastStore({ connection, outboxMax, shard, now: () => nowMs }), advance };
    };
    fastStoreContract('keeps the contract', make, { modelRuns: 25 });
  });
}
