// Kills this very process at a named place, as a power cut would; only for tests, and only when asked.
import { type FailpointName, failpointNames, type Failpoints, jobFailpointNames } from '#ports/failpoints.ts';

export const noFailpoints: Failpoints = { reach: () => undefined };

/** `after-dispatch`, or `after-dispatch:3` for the third time it is reached. @throws RangeError for an unknown name. */
export function killAt(said: string): Failpoints {
  const [name = '', count = '1'] = said.split(':');
  const known: readonly string[] = [...failpointNames, ...jobFailpointNames];
  if (!known.includes(name)) {
    throw new RangeError(`There is no failpoint "${name}". Known: ${known.join(', ')}.`);
  }
  let left = Number(count);
  return {
    reach(reached: FailpointName) {
      if (reached !== name) return;
      left -= 1;
      if (left <= 0) process.kill(process.pid, 'SIGKILL');
    },
  };
}
