// The key that seals provider keys, for the embedded mode: made once, kept in the data directory, good for trying out.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '#ports/log.ts';

const keyBytes = 32;

/** @throws Error when the file holds something else than 32 bytes in base64. */
export function readOrMakeMasterKey(dataDirectory: string, log: Pick<Log, 'info'>): Buffer {
  const file = join(dataDirectory, 'master.key');
  if (!existsSync(file)) {
    const made = randomBytes(keyBytes);
    writeFileSync(file, `${made.toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
    log.info(
      {},
      `Made a master key in ${file}. Keep a copy: without it the provider keys in the database cannot be read.`,
    );
    return made;
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== keyBytes) {
    throw new Error(`${file} does not hold a master key (32 bytes in base64). Restore it from your copy.`);
  }
  return key;
}
