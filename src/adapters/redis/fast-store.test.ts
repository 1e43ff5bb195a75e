import { afterAll, beforeAll } from 'vitest';
import { fastStoreContract } from '#ports/fast-store.contract.ts';
import { describeWithPart } from '#test/parts.ts';
import { startRedis, type TestRedis } from '#test/redis/server.ts';
import { connectRedis, type RedisConnection } from './connection.ts';
import { redisFastStore } from './fast-store.ts';

describeWithPart('redis-server', 'the fast store in Redis', (program) => {
  let redis: TestRedis | undefined;
  let connection: RedisConnection | undefined;
  beforeAll(async () => {
    redis = await startRedis(program);
    connection = await connectRedis(redis.url, () => undefined);
  });
  afterAll(async () => {
    await connection?.close();
    await redis?.stop();
  });

  let stores = 0;
  fastStoreContract(
    'one process on one Redis',
    async ({ outboxMax }) => {
      if (!connection) throw new Error('Redis is not there.');
      let nowMs = Date.UTC(2026, 10, 22);
      const shard = `{store-${(stores += 1)}}:`;
      const advance = (ms: number): void => {
        nowMs += ms;
      };
      return { store: redisFastStore({ connection, outboxMax, shard, now: () => nowMs }), advance };
    },
    { modelRuns: 25 },
  );
});
