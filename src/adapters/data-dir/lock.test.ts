import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDataDirectory } from './lock.ts';

const weAreRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };
const nobodyReachesUs =
  weAreRoot &&
  spawnSync(process.execPath, ['--check', join(import.meta.dirname, 'lock.ts')], { ...nobody, cwd: '/' }).status === 0;

let parent = '';
beforeEach(() => {
  parent = realpathSync(mkdtempSync(join(tmpdir(), 'faregate-lock-')));
  chmodSync(parent, 0o777);
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

// A process that locks the directory and, without holding on to the lock, keeps it until it is killed; or says why not.
async function lockElsewhere(directory: string, account = {}): Promise<{ child: ChildProcess; said: string }> {
  const script = `
    import { lockDataDirectory } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'lock.ts')).href)};
    try { lockDataDirectory(process.argv[1]); gc(); console.log('locked'); setInterval(() => {}, 1000); }
    catch (error) { console.log(error.message); }`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script, directory], {
    ...account,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await once(child.stdout.setEncoding('utf8'), 'data');
  return { child, said: String(said[0]).trim() };
}

test('a data directory has one holder, and a second one is told the directory and the process', async () => {
  const directory = join(parent, 'data');
  const lock = lockDataDirectory(directory);
  const { said } = await lockElsewhere(directory);
  expect(said).toContain(
    `Another faregate (process ${process.pid} on ${hostname()}) is using the data directory ${directory}.`,
  );
  lock.release();
});

test('the lock dies with its holder, however that ends', async () => {
  const directory = join(parent, 'data');
  const { child, said } = await lockElsewhere(directory);
  expect(said).toBe('locked');
  expect(() => lockDataDirectory(directory)).toThrow(`process ${child.pid ?? 0}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  lockDataDirectory(directory).release();
});

test('the lock holds within one process as well, and a refusal does not loosen it', async () => {
  const directory = join(parent, 'data');
  const lock = lockDataDirectory(directory);
  expect(() => lockDataDirectory(directory)).toThrow('Another faregate');
  expect((await lockElsewhere(directory)).said).toContain('Another faregate');
  lock.release();
  lockDataDirectory(directory).release();
});

test('a directory under two names is one directory', () => {
  const lock = lockDataDirectory(join(parent, 'data'));
  symlinkSync(join(parent, 'data'), join(parent, 'other-name'));
  expect(() => lockDataDirectory(join(parent, 'other-name'))).toThrow('Another faregate');
  lock.release();
});

test('a new data directory can be passed through and not be listed by others', () => {
  const lock = lockDataDirectory(join(parent, 'new', 'data'));
  expect(lock.directory).toBe(join(parent, 'new', 'data'));
  for (const made of ['new', join('new', 'data')]) expect(statSync(join(parent, made)).mode & 0o777).toBe(0o711);
  expect(statSync(join(parent, 'new', 'data', 'lock')).mode & 0o777).toBe(0o600);
  lock.release();
});

test.skipIf(!nobodyReachesUs)('the lock holds between users, and who may not write is refused', async () => {
  const directory = join(parent, 'data');
  const { child, said } = await lockElsewhere(directory, nobody);
  expect(said).toBe('locked');
  expect(() => lockDataDirectory(directory)).toThrow('Another faregate');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const ofRoot = join(parent, 'of-root');
  lockDataDirectory(ofRoot).release();
  expect((await lockElsewhere(ofRoot, nobody)).said).toContain(`${ofRoot} cannot be locked`);
});
