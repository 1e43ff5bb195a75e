import { describe, expect, test } from 'vitest';
import type { TimeWindow } from './component.ts';
import { insideWindow, prepareWindow, weekMask, weekMinutes, wholeWeek } from './window.ts';

const peak: TimeWindow = { from: '01:00', to: '04:00', iso_weekdays: [1, 2, 3, 4, 5] };
const night: TimeWindow = { from: '16:30', to: '00:30' };
const friday: TimeWindow = { from: '22:00', to: '02:00', iso_weekdays: [5] };

describe('a window', () => {
  test.each([
    [peak, '2026-11-16T01:00:00Z', true],
    [peak, '2026-11-16T00:59:59.999Z', false],
    [peak, '2026-11-16T03:59:59.999Z', true],
    [peak, '2026-11-16T04:00:00Z', false],
    [peak, '2026-11-15T02:00:00Z', false],
    [peak, '2026-11-16T03:00:00+02:00', true],
    [night, '2025-07-01T23:59:59Z', true],
    [night, '2025-07-02T00:29:59Z', true],
    [night, '2025-07-02T00:30:00Z', false],
    [night, '2025-07-01T16:29:59Z', false],
    [friday, '2026-11-20T23:00:00Z', true],
    [friday, '2026-11-21T01:59:00Z', true],
    [friday, '2026-11-20T01:00:00Z', false],
    [{ ...peak, exclude_dates: ['2026-11-16'] }, '2026-11-16T02:00:00Z', false],
    [{ ...peak, exclude_dates: ['2026-11-16'] }, '2026-11-17T02:00:00Z', true],
    [{ ...friday, exclude_dates: ['2026-11-20'] }, '2026-11-21T01:00:00Z', false],
    [{ iso_weekdays: [7] }, '2026-11-15T23:59:59Z', true],
    [{ iso_weekdays: [7] }, '2026-11-16T00:00:00Z', false],
    [{ from: '20:00', to: '24:00' }, '2026-11-16T23:59:59Z', true],
    [{ from: '20:00', to: '24:00' }, '2026-11-16T00:00:00Z', false],
    [peak, '1969-12-29T02:00:00Z', true],
  ])('%j at %s: %s', (window, instant, inside) => {
    expect(insideWindow(prepareWindow(window), instant)).toBe(inside);
  });

  test('needs an instant', () => {
    expect(() => insideWindow(prepareWindow(peak), 'soon')).toThrow(RangeError);
  });

  test.each([peak, night, friday, { iso_weekdays: [7], from: '23:00', to: '03:00' }])(
    '%j has, minute by minute, the week that its mask says',
    (window) => {
      const monday = Date.parse('2026-11-16T00:00:00Z');
      const prepared = prepareWindow(window);
      const mask = weekMask(window);
      let minutes = 0;
      for (let minute = 0; minute < 7 * 1440; minute += 1) {
        const inside = insideWindow(prepared, new Date(monday + minute * 60_000).toISOString());
        if (inside) minutes += 1;
        expect((mask >> BigInt(minute)) & 1n).toBe(inside ? 1n : 0n);
      }
      expect(minutes).toBe(weekMinutes(window));
      expect(mask & wholeWeek).toBe(mask);
    },
  );
});

test('a window may be read at a fixed distance from UTC', () => {
  const office = prepareWindow({ tz: '+08:00', iso_weekdays: [1], from: '09:00', to: '12:00' });
  expect(insideWindow(office, '2026-11-16T01:00:00Z')).toBe(true);
  expect(insideWindow(office, '2026-11-16T03:59:59Z')).toBe(true);
  expect(insideWindow(office, '2026-11-16T04:00:00Z')).toBe(false);
  expect(insideWindow(office, '2026-11-16T09:00:00Z')).toBe(false);
  const early = prepareWindow({ tz: '+08:00', iso_weekdays: [1], from: '00:00', to: '08:00' });
  expect(insideWindow(early, '2026-11-15T20:00:00Z')).toBe(true);
});

test('what a window covers is the same minutes of the week, wherever it is read', () => {
  const there = weekMask({ tz: '+08:00', iso_weekdays: [1], from: '00:00', to: '09:00' });
  const here = weekMask({ iso_weekdays: [7], from: '16:00', to: '01:00' });
  expect(there).toBe(here);
  expect(weekMask({ tz: '-03:30', from: '00:00', to: '01:00' })).toBe(weekMask({ from: '03:30', to: '04:30' }));
});
