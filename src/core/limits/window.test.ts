import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SlidingWindow } from './window.ts';

const windowMs = 60_000;
const sliceMs = windowMs / 60;

const arrivals = fc.array(fc.record({ afterMs: fc.nat({ max: 25_000 }), amount: fc.bigInt({ min: 0n, max: 40n }) }), {
  maxLength: 80,
  size: 'max',
});

describe('a sliding window', () => {
  test('counts at least what the last window brought, and at most what the last window and a slice brought', () => {
    fc.assert(
      fc.property(arrivals, fc.nat({ max: 100_000 }), (brought, startMs) => {
        const window = new SlidingWindow(windowMs);
        const history: { atMs: number; amount: bigint }[] = [];
        let nowMs = startMs;
        for (const { afterMs, amount } of brought) {
          nowMs += afterMs;
          window.add(amount, nowMs, nowMs);
          history.push({ atMs: nowMs, amount });
          const since = (ms: number): bigint =>
            history.filter(({ atMs }) => atMs > nowMs - ms).reduce((sum, each) => sum + each.amount, 0n);
          expect(window.sum(nowMs)).toBeGreaterThanOrEqual(since(windowMs));
          expect(window.sum(nowMs)).toBeLessThanOrEqual(since(windowMs + sliceMs));
        }
      }),
    );
  });

  test('says exactly how long to wait: then it fits, and a millisecond earlier it does not', () => {
    fc.assert(
      fc.property(
        arrivals,
        fc.bigInt({ min: 1n, max: 200n }),
        fc.bigInt({ min: 1n, max: 200n }),
        (brought, needed, limit) => {
          const window = new SlidingWindow(windowMs);
          let nowMs = 0;
          for (const { afterMs, amount } of brought) {
            nowMs += afterMs;
            window.add(amount, nowMs, nowMs);
          }
          const waitMs = window.waitMs(needed, limit, nowMs);
          if (waitMs === undefined) {
            expect(needed).toBeGreaterThan(limit);
            return;
          }
          if (waitMs > 0) expect(window.sum(nowMs + waitMs - 1) + needed).toBeGreaterThan(limit);
          expect(window.sum(nowMs + waitMs) + needed).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  test('a correction leaves together with what it corrects', () => {
    const window = new SlidingWindow(windowMs);
    window.add(100n, 0, 0);
    window.add(-70n, 0, 30_000);
    expect(window.sum(30_000)).toBe(30n);
    expect(window.sum(windowMs)).toBe(30n);
    expect(window.sum(windowMs + sliceMs)).toBe(0n);
    window.add(-70n, 0, windowMs + sliceMs);
    expect(window.sum(windowMs + sliceMs)).toBe(0n);
  });

  test('a clock that is set back makes it count more, never less', () => {
    const window = new SlidingWindow(windowMs);
    window.add(10n, 500_000, 500_000);
    expect(window.sum(100_000)).toBe(10n);
    window.add(5n, 100_000, 100_000);
    expect(window.sum(100_000)).toBe(10n);
    expect(window.sum(500_000 + windowMs)).toBe(10n);
    expect(window.sum(500_000 + windowMs + sliceMs)).toBe(0n);
  });

  test('a window that sixty does not divide is kept at least as long as it is', () => {
    for (const oddMs of [1, 59, 61, 1_000, 86_399_999]) {
      const window = new SlidingWindow(oddMs);
      window.add(1n, 0, 0);
      expect(window.sum(oddMs - 1)).toBe(1n);
    }
  });

  test('is empty when all has left', () => {
    const window = new SlidingWindow(windowMs);
    expect(window.isEmpty(0)).toBe(true);
    window.add(1n, 0, 0);
    expect(window.isEmpty(windowMs)).toBe(false);
    expect(window.isEmpty(windowMs + sliceMs)).toBe(true);
  });
});
