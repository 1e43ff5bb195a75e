import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { aesVault, masterKeyId } from './aes-vault.ts';

const key = randomBytes(32);

test('a secret opens for its own row, and never looks the same twice', () => {
  const vault = aesVault([key]);
  const sealed = vault.seal('sk-secret-ü', 'provider_key:1');
  expect(vault.open(sealed, 'provider_key:1')).toBe('sk-secret-ü');
  expect(sealed).not.toContain('secret');
  expect(sealed).toContain(masterKeyId(key));
  expect(vault.seal('sk-secret-ü', 'provider_key:1')).not.toBe(sealed);
});

test('a secret moved to another row does not open', () => {
  const vault = aesVault([key]);
  expect(() => vault.open(vault.seal('s', 'provider_key:1'), 'provider_key:2')).toThrow(/another row/);
});

test('a secret that was altered anywhere does not open', () => {
  const vault = aesVault([key]);
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
  const sealed = aesVault([key]).seal('s', 'row');
  const rotating = aesVault([next, key]);
  expect(rotating.open(sealed, 'row')).toBe('s');
  expect(aesVault([next]).open(rotating.seal('s', 'row'), 'row')).toBe('s');
  expect(() => aesVault([next]).open(sealed, 'row')).toThrow(/another master key/);
});
