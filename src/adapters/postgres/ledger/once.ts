// One transaction of the ledger, tried again when another writer was quicker.
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { transaction } from '../pool.ts';

const triesMax = 6;

const conflicts: ReadonlySet<string> = new Set([
  '23505', // a unique key: the other writer booked the same; the next try finds it
  '40001', // serialization failure
  '40P01', // deadlock
]);

export async function ledgerTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(pool, async (client) => {
        // Under a stricter level, what other writers committed while we waited for their locks would stay unseen.
        await client.query('set transaction isolation level read committed');
        return work(client);
      });
    } catch (error) {
      if (!isConflict(error) || tries >= triesMax) throw error;
    }
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && conflicts.has(error.code ?? '');
}
