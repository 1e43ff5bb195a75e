import { describe, expect, test } from 'vitest';
import { placeVersion } from './price-place.ts';

const nowMs = 1_000;

describe('a version finds its place', () => {
  test('where nothing stands, also in the past', () => {
    expect(placeVersion([], { fromMs: 10 }, nowMs)).toEqual({ kind: 'placed', stretch: { fromMs: 10 } });
  });

  test('by ending the one in force at its own beginning', () => {
    expect(placeVersion([{ id: 'a', fromMs: 0 }], { fromMs: nowMs }, nowMs)).toEqual({
      kind: 'placed',
      stretch: { fromMs: nowMs },
      predecessorId: 'a',
      endsId: 'a',
    });
  });

  test('up to the one that is scheduled', () => {
    const shelf = [
      { id: 'later', fromMs: 2_000 },
      { id: 'a', fromMs: 0, toMs: 2_000 },
    ];
    expect(placeVersion(shelf, { fromMs: nowMs }, nowMs)).toMatchObject({
      stretch: { fromMs: nowMs, toMs: 2_000 },
      endsId: 'a',
    });
  });

  test('behind a gap, and still knows who came before', () => {
    const shelf = [{ id: 'a', fromMs: 0, toMs: 500 }];
    expect(placeVersion(shelf, { fromMs: nowMs }, nowMs)).toEqual({
      kind: 'placed',
      stretch: { fromMs: nowMs },
      predecessorId: 'a',
    });
  });

  test('and passes over one that was overtaken before it began', () => {
    const shelf = [{ id: 'overtaken', fromMs: 2_000, toMs: 2_000 }];
    expect(placeVersion(shelf, { fromMs: nowMs, toMs: 3_000 }, nowMs)).toEqual({
      kind: 'placed',
      stretch: { fromMs: nowMs, toMs: 3_000 },
    });
  });

  test('never where calls have been charged by another', () => {
    expect(placeVersion([{ id: 'a', fromMs: 0 }], { fromMs: 999 }, nowMs)).toEqual({ kind: 'in-the-past' });
  });

  test('never across the beginning of another', () => {
    expect(placeVersion([{ id: 'a', fromMs: 2_000 }], { fromMs: 1_500, toMs: 2_001 }, nowMs)).toEqual({
      kind: 'meets',
      nextFromMs: 2_000,
    });
  });
});
