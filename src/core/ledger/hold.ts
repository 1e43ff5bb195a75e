// A hold's life, as a table: what may follow what.

export type HoldState = 'held' | 'dispatched' | 'settled' | 'voided' | 'reaped';

export type HoldDeed = 'dispatch' | 'touch' | 'extend' | 'settle' | 'void' | 'reap';

// A dispatched hold is never simply released: it may have reached a provider. Only the provider's word that it bills
// nothing ends it at zero, and that is a settle. A reaped hold may still be settled: then the difference is booked.
// Usage that happened is never refused: a store that lost its last moments may remember a hold as not dispatched, or
// void it, though its call was sent; the settlement that then arrives is the better word.
const next: Readonly<Record<HoldState, Partial<Record<HoldDeed, HoldState>>>> = {
  held: { dispatch: 'dispatched', touch: 'held', extend: 'held', settle: 'settled', void: 'voided' },
  dispatched: { dispatch: 'dispatched', touch: 'dispatched', extend: 'dispatched', settle: 'settled', reap: 'reaped' },
  settled: {},
  voided: { settle: 'settled' },
  reaped: { settle: 'settled' },
};

/** `undefined` when the deed does not fit the state. */
export function nextHoldState(state: HoldState, deed: HoldDeed): HoldState | undefined {
  return next[state][deed];
}
