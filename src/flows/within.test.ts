import { expect, test } from 'vitest';
import { systemClock } from '#adapters/system/system-clock.ts';
import { within } from './within.ts';

test('what is there in time is handed on, failures too, and what is not is given up', async () => {
  expect(await within(systemClock, 1_000, Promise.resolve(7))).toBe(7);
  await expect(within(systemClock, 1_000, Promise.reject(new Error('its own')))).rejects.toThrow('its own');
  await expect(within(systemClock, 10, new Promise(() => undefined))).rejects.toThrow('no answer for 10 ms');
});
