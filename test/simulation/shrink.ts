// Makes a broken history shorter, as long as it breaks the same promise.
import { type History, play, type Played } from './play.ts';

/** Each is one history played again. */
const triesMax = 600;

export async function shrink(history: History, broken: Played): Promise<{ history: History; played: Played }> {
  const rule = broken.violation?.rule;
  let tries = 0;
  let best = { history: { ...history, keep: broken.steps }, played: broken };
  const stillBreaks = async (keep: readonly number[]): Promise<boolean> => {
    if (tries >= triesMax) return false;
    tries += 1;
    const shorter = { ...history, keep };
    const played = await play(shorter);
    if (played.violation?.rule !== rule) return false;
    best = { history: shorter, played };
    return true;
  };
  // First whole tails, then one step after the other, from the end, until no single one can go.
  for (let half = best.played.steps.length >> 1; half > 0; half >>= 1) {
    while (best.history.keep.length > half && (await stillBreaks(best.history.keep.slice(0, -half)))) continue;
  }
  for (let before = Number.POSITIVE_INFINITY; best.history.keep.length < before;) {
    before = best.history.keep.length;
    for (const no of best.history.keep.toReversed()) await stillBreaks(best.history.keep.filter((each) => each !== no));
  }
  return best;
}
