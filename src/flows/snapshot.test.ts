import { expect, test } from 'vitest';
import type { Caller } from '#core/keys/caller.ts';
import type { Directory } from '#ports/directory.ts';
import { Snapshot } from './snapshot.ts';

test('a key that is revoked while it is looked up for the first time stays revoked', async () => {
  const good: Caller = {
    virtualKeyId: 'key',
    keyHash: 'hash',
    keyName: 'test',
    keyPrefix: 'vk_test',
    walletId: 'wallet',
    currency: 'usd',
    maySeeCost: false,
    overspendPolicy: 'clamp',
    limitOwners: [],
  };
  const revoked: Caller = { ...good, refusedBecause: 'It was revoked.' };
  const lookup = Promise.withResolvers<Caller>();
  const directory: Directory = {
    catalog: () => Promise.resolve({ routes: [], prices: [], exchange: [] }),
    callerByHash: () => lookup.promise,
    callersSince: () => Promise.resolve({ callers: [revoked], cursor: 'next' }),
    priceVersions: () => Promise.resolve([]),
    watch: () => Promise.resolve({ stop: () => Promise.resolve() }),
  };
  const clock = { now: () => 0, sleep: () => new Promise<void>(() => undefined) };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const snapshot = new Snapshot({ directory, clock, log });
  const looked = snapshot.lookUp('hash');
  await snapshot.refresh();
  lookup.resolve(good);
  expect(await looked).toEqual(revoked);
  expect(snapshot.caller('hash')).toEqual(revoked);
});
