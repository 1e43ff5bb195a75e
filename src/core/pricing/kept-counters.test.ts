import { expect, test } from 'vitest';
import type { PriceComponent } from './component.ts';
import { keepsCounters } from './kept-counters.ts';

const input: PriceComponent = { meter: 'input', price: '2', per: '1000000', currency: 'usd' };
const volume = { ...input, volume: { period: 'month', above: [{ units: '10', price: '1' }] } } as const;

test('a correction of numbers goes on counting where the wrong version stopped', () => {
  const right = { ...volume, price: '3', volume: { ...volume.volume, above: [{ units: '20', price: '0' }] } };
  expect(keepsCounters([input, volume], [input, right])).toBe(true);
  expect(keepsCounters([volume], [input])).toBe(true);
});

test('units of another meter, of another period, or of a price that counted none are not mixed with it', () => {
  expect(keepsCounters([volume], [{ ...volume, meter: 'output' }])).toBe(false);
  expect(keepsCounters([volume], [{ ...volume, volume: { ...volume.volume, period: 'day' } }])).toBe(false);
  expect(keepsCounters([input], [volume])).toBe(false);
  expect(keepsCounters([volume], [volume, volume])).toBe(false);
});
