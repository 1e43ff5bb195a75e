// Waits inside a call for what a provider makes at its own pace; the call's hold is kept alive meanwhile.
import type { JobFollowing } from '#ports/provider.ts';
import { UpstreamError } from '#ports/upstream.ts';
import type { Answered } from './attempt.ts';
import type { House } from './house.ts';

const wordBytesMax = 64 * 1_048_576;

/** So many in a row, and the job is lost to us. */
const failuresMax = 5;

/** Rejects with an `UpstreamError` when nobody says what became of it: it may be billed all the same. */
export async function followJob(
  house: House,
  { plan }: Answered,
  { everyMs, giveUpMs, next, joined }: JobFollowing,
  first: Buffer,
): Promise<Buffer> {
  const until = house.clock.now() + giveUpMs;
  let latest = first;
  let failures = 0;
  for (let request = next(latest, first, plan); request; request = next(latest, first, plan)) {
    if (house.clock.now() > until) throw new UpstreamError('timeout', 'The provider did not finish in time.');
    await house.clock.sleep(everyMs);
    try {
      const answer = await house.upstream.send(
        plan.target.provider.guarded === true ? { ...request, publicOnly: true } : request,
      );
      const word = await answer.body.whole(wordBytesMax);
      if (answer.status < 300) {
        latest = word;
        failures = 0;
        continue;
      }
      if (answer.status < 500 && answer.status !== 429) {
        throw new UpstreamError('broken', `The provider answered ${answer.status} when it was asked for the result.`);
      }
      failures += 1;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      failures += 1;
      if (failures >= failuresMax || error.kind === 'broken') throw error;
    }
    if (failures >= failuresMax) throw new UpstreamError('broken', 'The provider does not say what became of it.');
  }
  return latest === first ? first : joined(first, latest);
}
