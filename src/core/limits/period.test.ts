import fc from 'fast-check';
import { expect, test } from 'vitest';
import { periodEnd, periodId } from './period.ts';

const kinds = ['day', 'week', 'month'] as const;
const instant = fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(2199, 11, 31) });

test('periods have the names that people know, in UTC', () => {
  const at = Date.UTC(2026, 10, 22, 23, 59, 59, 999);
  expect(periodId('day', at)).toBe('2026-11-22');
  expect(periodId('week', at)).toBe('2026-W47');
  expect(periodId('month', at)).toBe('2026-11');
  expect(periodId('total', at)).toBe('total');
});

test('a week belongs to the year of its Thursday', () => {
  for (const [day, week] of [
    ['2024-12-29', '2024-W52'],
    ['2024-12-30', '2025-W01'],
    ['2026-12-31', '2026-W53'],
    ['2027-01-03', '2026-W53'],
    ['2027-01-04', '2027-W01'],
    ['2021-01-03', '2020-W53'],
  ] as const) {
    expect(periodId('week', Date.parse(`${day}T12:00:00Z`)), day).toBe(week);
  }
});

test('a period lasts until its end and not a millisecond longer', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), instant, (kind, atMs) => {
      const endMs = periodEnd(kind, atMs) ?? 0;
      expect(endMs).toBeGreaterThan(atMs);
      expect(periodId(kind, endMs - 1)).toBe(periodId(kind, atMs));
      expect(periodId(kind, endMs)).not.toBe(periodId(kind, atMs));
    }),
  );
});

test('names sort as their periods do, so that an old one can be told from its name', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), instant, instant, (kind, one, other) => {
      const [early, late] = one < other ? [one, other] : [other, one];
      expect(periodId(kind, early) <= periodId(kind, late)).toBe(true);
    }),
  );
});

test('the total never ends', () => {
  expect(periodEnd('total', 0)).toBeUndefined();
});
