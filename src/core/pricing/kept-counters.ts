// Whether a correction can go on with the counters of volume prices, which are named for their place in the version.
import type { PriceComponent } from './component.ts';

/** Every volume price of the right version stands where the wrong one counted the same meter for the same period. */
export function keepsCounters(wrong: readonly PriceComponent[], right: readonly PriceComponent[]): boolean {
  return right.every(({ meter, volume }, index) => {
    const before = wrong[index];
    return volume === undefined || (before?.meter === meter && before.volume?.period === volume.period);
  });
}
