import { expect, test } from 'vitest';
import { type HoldDeed, type HoldState, nextHoldState } from './hold.ts';

const states: readonly HoldState[] = ['held', 'dispatched', 'settled', 'voided', 'reaped'];
const deeds: readonly HoldDeed[] = ['dispatch', 'touch', 'extend', 'settle', 'void', 'reap'];

const statesThatAllow = (deed: HoldDeed): readonly HoldState[] => states.filter((state) => nextHoldState(state, deed));

test('what may have reached a provider is never simply released', () => {
  expect(statesThatAllow('void')).toEqual(['held']);
});

test('only what was sent and not ended is estimated', () => {
  expect(statesThatAllow('reap')).toEqual(['dispatched']);
});

test('usage that happened is never refused, except when it was charged already', () => {
  expect(statesThatAllow('settle')).toEqual(['held', 'dispatched', 'voided', 'reaped']);
});

test('an ended hold does not come back to life', () => {
  for (const state of ['settled', 'voided', 'reaped'] as const) {
    for (const deed of deeds) expect(['held', 'dispatched']).not.toContain(nextHoldState(state, deed));
  }
});

test('every path ends in one end, or goes on', () => {
  const reachable = new Set<HoldState>(['held']);
  for (const state of reachable) {
    for (const deed of deeds) {
      const next = nextHoldState(state, deed);
      if (next) reachable.add(next);
    }
  }
  expect([...reachable].toSorted()).toEqual(states.toSorted());
  expect(deeds.filter((deed) => nextHoldState('settled', deed))).toEqual([]);
});
