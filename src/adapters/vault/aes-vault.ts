// Envelope encryption: each secret has its own key, which the master key wraps; the row it belongs to is bound in.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { MasterKeySource, Vault } from '#ports/vault.ts';

const version = 'fg1';
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const checkSubject = 'master key check';
const checkText = 'faregate';

/** @throws Error as `source.read` does. */
export function aesVault(source: Pick<MasterKeySource, 'read'>): Vault {
  const byId = new Map<string, Buffer>();
  let current: Buffer;
  let currentKeyId: string;
  const reload = (): void => {
    const keys = source.read();
    // What a reader has in hand may still be sealed by a key that has left the source meanwhile: none is forgotten.
    for (const key of keys) byId.set(masterKeyId(key), key);
    current = keys[0];
    currentKeyId = masterKeyId(current);
  };
  const keyOf = (keyId: string, subject: string): Buffer => {
    const known = byId.get(keyId);
    if (known) return known;
    // Another process may have rotated.
    reload();
    const key = byId.get(keyId);
    if (!key) throw new Error(`The secret of ${subject} was sealed with another master key (${keyId}).`);
    return key;
  };
  const seal = (secret: string, subject: string): string => {
    const dataKey = randomBytes(keyBytes);
    const wrapped = encrypt(current, dataKey, `${currentKeyId} ${subject}`);
    return [version, currentKeyId, wrapped, encrypt(dataKey, Buffer.from(secret, 'utf8'), subject)].join('.');
  };
  const unwrap = (sealed: string, subject: string) => {
    const [said, keyId = '', wrapped = '', content = ''] = sealed.split('.');
    if (said !== version) throw new Error(`The secret of ${subject} is sealed in an unknown way.`);
    const master = keyOf(keyId, subject);
    return unbroken(subject, () => ({ content, dataKey: decrypt(master, wrapped, `${keyId} ${subject}`) }));
  };
  const open = (sealed: string, subject: string): string => {
    const { content, dataKey } = unwrap(sealed, subject);
    return unbroken(subject, () => decrypt(dataKey, content, subject).toString('utf8'));
  };
  reload();
  return {
    seal,
    open,
    rewrap(sealed, subject) {
      const { content, dataKey } = unwrap(sealed, subject);
      return [version, currentKeyId, encrypt(current, dataKey, `${currentKeyId} ${subject}`), content].join('.');
    },
    get currentKeyId() {
      return currentKeyId;
    },
    holds: (keyId) => byId.has(keyId),
    checkValue: (keyId) => encrypt(keyOf(keyId, checkSubject), Buffer.from(checkText), `${keyId} ${checkSubject}`),
    accepts(keyId, checkValue) {
      try {
        return decrypt(keyOf(keyId, checkSubject), checkValue, `${keyId} ${checkSubject}`).toString() === checkText;
      } catch {
        return false;
      }
    },
    reload,
  };
}

/** Tells master keys apart without telling anything about them. */
export function masterKeyId(key: Buffer): string {
  return createHash('sha256').update('faregate master key ').update(key).digest('hex').slice(0, 12);
}

function unbroken<Result>(subject: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new Error(`The secret of ${subject} does not open: it was altered, or belongs to another row.`, { cause });
  }
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
