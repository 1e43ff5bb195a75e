import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { aesVault, masterKeyId } from './aes-vault.ts';

const key = randomBytes(32);
const keys = (...given: [Buffer, ...Buffer[]]) => ({ read: () => given });

test('a secret opens for its own row, and never looks the same twice', () => {
  const vault = aesVault(keys(key));
  const sealed = vault.seal('sk-secret-ü', 'provider_key:1');
  expect(vault.open(sealed, 'provider_key:1')).toBe('sk-secret-ü');
  expect(sealed).not.toContain('secret');
  expect(sealed).toContain(masterKeyId(key));
  expect(vault.seal('sk-secret-ü', 'provider_key:1')).not.toBe(sealed);
});

test('a secret moved to another row does not open', () => {
  const vault = aesVault(keys(key));
  expect(() => vault.open(vault.seal('s', 'provider_key:1'), 'provider_key:2')).toThrow(/another row/);
});

test('a secret that was altered anywhere does not open', () => {
  const vault = aesVault(keys(key));
  const sealed = vault.seal('secret', 'row');
  for (let index = 0; index < sealed.length; index += 1) {
    const other = sealed[index] === 'A' ? 'B' : 'A';
    const altered = sealed.slice(0, index) + other + sealed.slice(index + 1);
    // The last character of a base64url part may carry unused bits.
    if (
      Buffer.from(altered.split('.')[3] ?? '', 'base64url').equals(
        Buffer.from(sealed.split('.')[3] ?? '', 'base64url'),
      ) &&
      Buffer.from(altered.split('.')[2] ?? '', 'base64url').equals(
        Buffer.from(sealed.split('.')[2] ?? '', 'base64url'),
      ) &&
      altered.split('.').slice(0, 2).join() === sealed.split('.').slice(0, 2).join()
    )
      continue;
    expect(() => vault.open(altered, 'row')).toThrow();
  }
});

test('while master keys are rotated the old one still opens, and only the new one seals', () => {
  const next = randomBytes(32);
  const sealed = aesVault(keys(key)).seal('s', 'row');
  const rotating = aesVault(keys(next, key));
  expect(rotating.open(sealed, 'row')).toBe('s');
  expect(aesVault(keys(next)).open(rotating.seal('s', 'row'), 'row')).toBe('s');
  expect(() => aesVault(keys(next)).open(sealed, 'row')).toThrow(/another master key/);
});

test('a secret that is put under a new master key opens without the old one, and still for its own row alone', () => {
  const next = randomBytes(32);
  const sealed = aesVault(keys(key)).seal('sk-secret', 'row');
  const moved = aesVault(keys(next, key)).rewrap(sealed, 'row');
  const after = aesVault(keys(next));
  expect(after.open(moved, 'row')).toBe('sk-secret');
  expect(() => after.open(moved, 'other')).toThrow(/another row/);
  expect(() => aesVault(keys(next, key)).rewrap(sealed, 'other')).toThrow(/another row/);
});

test('a key that comes to the source is found when it is needed, and one that leaves it opens until the end', () => {
  const next = randomBytes(32);
  let given: [Buffer, ...Buffer[]] = [key];
  const vault = aesVault({ read: () => given });
  const before = vault.seal('old', 'row');
  given = [next];
  expect(vault.open(aesVault(keys(next)).seal('new', 'row'), 'row')).toBe('new');
  expect(vault.currentKeyId).toBe(masterKeyId(next));
  expect(vault.open(before, 'row')).toBe('old');
});

test('a check value is accepted by the key that made it alone', () => {
  const vault = aesVault(keys(key));
  const check = vault.checkValue(masterKeyId(key));
  expect(vault.accepts(masterKeyId(key), check)).toBe(true);
  expect(vault.accepts(masterKeyId(key), aesVault(keys(randomBytes(32))).seal('x', 'y'))).toBe(false);
  expect(vault.accepts(masterKeyId(randomBytes(32)), check)).toBe(false);
});
