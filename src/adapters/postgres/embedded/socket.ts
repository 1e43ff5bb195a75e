import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Account } from './account.ts';
import type { Home } from './home.ts';

export const socketPort = 5432;

// The name of a unix socket has 108 bytes on Linux and 104 on macOS, the closing zero included.
const pathBytesMax = process.platform === 'darwin' ? 103 : 107;
const temporaryPrefix = 'faregate-socket-';

// In the home, else, when that path is too long for a socket, in a temporary directory made anew at each start.
export async function makeSocketDirectory(home: Home, account: Account | undefined): Promise<string> {
  const inHome = join(home.directory, 'socket');
  const directory = fits(inHome) ? inHome : await makeTemporaryDirectory(account);
  if (directory === inHome) await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  if (account !== undefined) await chown(directory, account.uid, account.gid);
  return directory;
}

export async function removeSocketDirectory(directory: string): Promise<void> {
  if (isTemporary(directory)) await rm(directory, { recursive: true, force: true });
}

// As root the temporary directory may be root's own, which the account cannot enter.
async function makeTemporaryDirectory(account: Account | undefined): Promise<string> {
  const own = join(tmpdir(), `${temporaryPrefix}xxxxxx`);
  const parent = account === undefined && fits(own) ? tmpdir() : '/tmp';
  return mkdtemp(join(parent, temporaryPrefix));
}

function isTemporary(directory: string): boolean {
  return directory.startsWith(join(dirname(directory), temporaryPrefix));
}

function fits(directory: string): boolean {
  return Buffer.byteLength(join(directory, `.s.PGSQL.${socketPort}`)) <= pathBytesMax;
}
