import { expect, test } from 'vitest';
import { readConfig, SettingError } from './config.ts';

const read = (environment: Record<string, string>) => readConfig(environment, '/srv');

test('without settings it serves on this machine only, from ./data, on embedded parts', () => {
  expect(read({})).toMatchObject({
    host: '127.0.0.1',
    port: 8787,
    dataDirectory: '/srv/data',
    databaseUrl: undefined,
    journalSync: 'group',
  });
});

test('a database of its own needs a master key of its own', () => {
  expect(() => read({ DATABASE_URL: 'postgres://x/y' })).toThrow(/FAREGATE_MASTER_KEY .* is missing/);
  const masterKey = Buffer.alloc(32, 7);
  for (const text of [masterKey.toString('base64'), masterKey.toString('hex')]) {
    expect(read({ DATABASE_URL: 'postgres://x/y', FAREGATE_MASTER_KEY: text }).masterKeys).toEqual([masterKey]);
  }
});

test.each([
  [{ FAREGATE_PORT: '80a' }, /FAREGATE_PORT must be a whole number/],
  [{ FAREGATE_PORT: '70000' }, /FAREGATE_PORT/],
  [{ FAREGATE_LOG_LEVEL: 'loud' }, /FAREGATE_LOG_LEVEL must be one of/],
  [{ FAREGATE_JOURNAL_SYNC: 'never' }, /FAREGATE_JOURNAL_SYNC/],
  [{ FAREGATE_MASTER_KEY: 'short' }, /32 bytes/],
  [{ FAREGATE_MASTER_KEY_FILE: '/nowhere/at/all' }, /FAREGATE_MASTER_KEY_FILE cannot be read/],
  [{ FAREGATE_LOST_MASTER_KEY: 'all' }, /twelve hexadecimal digits/],
  [{ FAREGATE_ADMIN_TOKEN: 'short' }, /too short/],
  [{ FAREGATE_ADMIN_TOKEN: 'x'.repeat(20), FAREGATE_ADMIN_TOKEN_FILE: '/x' }, /only one may be/],
  [{ DATABASE_URL: 'mysql://x' }, /postgres:\/\//],
])('%j is refused with a sentence', (environment, message) => {
  expect(() => read(environment)).toThrow(message);
  expect(() => read(environment)).toThrow(SettingError);
});
