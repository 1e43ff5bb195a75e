// Chance that comes out the same each time (xorshift, 32 bits).
import type { Chooser } from '#ports/chooser.ts';

export function seededChooser(seed: number): Chooser {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return {
    next() {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      return state / 2 ** 32;
    },
  };
}
