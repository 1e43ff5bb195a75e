// A backup beside a server that works, and the same ledger again from it, on real processes.
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { creditsOf, post, said } from '#test/gateway/wire.ts';
import { runCommand } from '#test/process/launch.ts';
import {
  environmentOf,
  freshDataDirectory,
  removeServers,
  startServer,
  type TestServer,
} from '#test/process/server.ts';

let server: TestServer;
let key: string;
let file: string;
beforeAll(async () => {
  server = await startServer();
  ({ key } = await server.key('1.00'));
  file = join(server.dataDirectory, 'first.backup');
});
afterAll(() => removeServers());

const faregate = (dataDirectory: string, ...words: readonly string[]) =>
  runCommand(words, environmentOf(dataDirectory, {}));

async function call(url: string): Promise<number> {
  const response = await post(url, key, { model: 'sim/echo', messages: said('kept and brought back') });
  await response.text();
  return response.status;
}

test('what was backed up beside a running server is the same ledger in a new place, and goes on there', async () => {
  expect(await call(server.url)).toBe(200);
  const charged = await creditsOf(server.url, key);
  const made = await faregate(server.dataDirectory, 'backup', '--to', file);
  expect(made.stdout).toContain('The master key is not in it');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await call(server.url)).toBe(200);
  await server.stop();

  const place = await freshDataDirectory();
  await mkdir(place, { recursive: true });
  await copyFile(join(server.dataDirectory, 'master.key'), join(place, 'master.key'));
  const restored = await faregate(place, 'restore', '--from', file);
  expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining('The ledger holds.') as string });
  const again = await startServer({ dataDirectory: place });
  expect(await creditsOf(again.url, key)).toEqual(charged);
  expect(await call(again.url)).toBe(200);
  await again.stop();
  expect(await faregate(place, 'audit')).toMatchObject({ code: 0 });
  const second = await faregate(place, 'restore', '--from', file);
  expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('The database is not empty') as string });
});

test('a file that is there already stays as it is', async () => {
  const before = await readFile(file);
  const { code, stderr } = await faregate(server.dataDirectory, 'backup', '--to', file);
  expect([code, stderr]).toEqual([1, expect.stringContaining('is there already; it is left as it is')]);
  expect(await readFile(file)).toEqual(before);
});

test('a data directory in which a server has left calls takes no other ledger', async () => {
  const place = await freshDataDirectory();
  await mkdir(join(place, 'journal'), { recursive: true });
  await writeFile(join(place, 'journal', '00000001.log'), 'a call');
  const { code, stderr } = await faregate(place, 'restore', '--from', file);
  expect([code, stderr]).toEqual([1, expect.stringContaining('There is a journal in')]);
});

test('what is damaged, cut off, of another version or no backup at all is refused, and nothing of it is taken', async () => {
  const place = await freshDataDirectory();
  const text = gunzipSync(await readFile(file)).toString('utf8');
  const packed = await readFile(file);
  const lines = text.split('\n');
  const cases: readonly (readonly [name: string, bytes: Buffer, why: string])[] = [
    ['half', packed.subarray(0, packed.length >> 1), 'is damaged'],
    ['short', gzipSync(lines.slice(0, -2).join('\n')), 'is damaged'],
    [
      'changed',
      gzipSync(text.replace('"sim/echo"', '"sim/ecco"').replace('\tactive\t', '\tactivf\t')),
      'does not fit|is damaged',
    ],
    ['older', gzipSync(text.replace(/"migrations":\["[0-9a-f]+",/, '"migrations":[')), 'with the version that made it'],
    ['none', gzipSync('hello\n'), 'This is no backup of faregate'],
    ['plain', Buffer.from('hello\n'), 'is damaged'],
  ];
  for (const [name, bytes, why] of cases) {
    const path = join(server.dataDirectory, name);
    await writeFile(path, bytes);
    const { code, stderr } = await faregate(place, 'restore', '--from', path);
    expect(code, name).toBe(1);
    expect(stderr, name).toMatch(new RegExp(why));
  }
  expect(await faregate(place, 'restore', '--from', join(place, 'missing'))).toMatchObject({ code: 1 });
  expect(await faregate(place, 'restore', '--from', file)).toMatchObject({ code: 0 });
});
