// Who calls, and whether that is allowed now.
import { hash } from 'node:crypto';
import { Failure } from '#core/failure.ts';
import { type Caller, standingOf } from '#core/keys/caller.ts';
import { isVirtualKey } from '#core/keys/virtual-key.ts';
import type { House } from './house.ts';

/** @throws Failure `missing_key`, `invalid_key`, `expired_key`, `forbidden`, `not_exact`. */
export async function authenticate(house: House, key: string | undefined): Promise<Caller> {
  if (key === undefined || key === '') {
    throw new Failure('missing_key', 'No key was given. Send it as "Authorization: Bearer vk_…".');
  }
  if (!isVirtualKey(key)) throw unknownKey();
  const keyHash = hash('sha256', key, 'hex');
  const caller = house.snapshot.caller(keyHash) ?? (await house.snapshot.lookUp(keyHash));
  if (!caller) throw unknownKey();
  switch (standingOf(caller, house.clock.now())) {
    case 'good':
      return caller;
    case 'expired':
      throw new Failure('expired_key', `The key ${caller.keyPrefix} has expired. Ask for a new one.`);
    case 'refused':
      throw new Failure('forbidden', caller.refusedBecause ?? 'This key may not call.');
  }
}

function unknownKey(): Failure {
  return new Failure(
    'invalid_key',
    'This key is not known here. Virtual keys begin with "vk_"; check that it is whole.',
  );
}
