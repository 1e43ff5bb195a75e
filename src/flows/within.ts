// A wait with a bound: what is not there by then is as good as out of reach, though it may still be under way.
import type { Clock } from '#ports/clock.ts';

/** How long a caller waits for what only the database knows. */
export const patienceMs = 3_000;

/** Rejects with an Error when that long has passed. */
export async function within<Result>(clock: Clock, ms: number, wanted: Promise<Result>): Promise<Result> {
  const settled = new AbortController();
  const tooLong = clock.sleep(ms, settled.signal).then(() => {
    if (!settled.signal.aborted) throw new Error(`There was no answer for ${ms} ms.`);
    return wanted;
  });
  try {
    return await Promise.race([wanted, tooLong]);
  } finally {
    settled.abort();
  }
}
