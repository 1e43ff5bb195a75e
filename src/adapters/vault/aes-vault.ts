// Envelope encryption: each secret has its own key, which the master key wraps; the row it belongs to is bound in.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Vault } from '#ports/vault.ts';

const version = 'fg1';
const nonceBytes = 12;
const tagBytes = 16;
export const masterKeyBytes = 32;

/** Several master keys while they are being rotated: the first seals, all open. */
export function aesVault(masterKeys: readonly [Buffer, ...Buffer[]]): Vault {
  const byId = new Map(masterKeys.map((key) => [masterKeyId(key), key]));
  const current = masterKeys[0];
  return {
    seal(secret, subject) {
      const dataKey = randomBytes(masterKeyBytes);
      const keyId = masterKeyId(current);
      const wrapped = encrypt(current, dataKey, `${keyId} ${subject}`);
      return [version, keyId, wrapped, encrypt(dataKey, Buffer.from(secret, 'utf8'), subject)].join('.');
    },
    open(sealed, subject) {
      const [said, keyId = '', wrapped = '', content = ''] = sealed.split('.');
      if (said !== version) throw new Error(`The secret of ${subject} is sealed in an unknown way.`);
      const master = byId.get(keyId);
      if (!master) throw new Error(`The secret of ${subject} was sealed with another master key (${keyId}).`);
      try {
        return decrypt(decrypt(master, wrapped, `${keyId} ${subject}`), content, subject).toString('utf8');
      } catch (cause) {
        throw new Error(`The secret of ${subject} does not open: it was altered, or belongs to another row.`, {
          cause,
        });
      }
    },
  };
}

/** Tells master keys apart without telling anything about them. */
export function masterKeyId(key: Buffer): string {
  return createHash('sha256').update('faregate master key ').update(key).digest('hex').slice(0, 12);
}

function encrypt(key: Buffer, content: Buffer, bound: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(bound, 'utf8'));
  const body = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
}

function decrypt(key: Buffer, text: string, bound: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
    .setAAD(Buffer.from(bound, 'utf8'))
    .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
}
