// From what a call's receipt says to what the wallet pays.
import { type Amount, smaller } from '../money/amount.ts';
import type { CallOutcome } from './entry.ts';

/** A stream that was cut off because the wallet ran out costs its caller at most what was held for it. */
export function chargedTotal({ outcome, rated, held }: { outcome: CallOutcome; rated: Amount; held: Amount }): Amount {
  return outcome === 'cut_off' ? smaller(rated, held) : rated;
}
