import { readFile, stat } from 'node:fs/promises';
import { unlessMissing } from './files.ts';

export type Account = { readonly uid: number; readonly gid: number };

// Postgres refuses to run as root, and initdb wants an account with an entry in the list of users.
const accountsByPreference = ['postgres', 'nobody'];

// The account for Postgres when we are root; `undefined` when it simply runs as ourselves.
export async function accountForServer(cluster: string | undefined): Promise<Account | undefined> {
  const ourselves = process.getuid?.();
  if (ourselves === undefined) throw new Error('The embedded Postgres needs Linux or macOS; set DATABASE_URL instead.');
  const newcomer = ourselves === 0 ? await unprivilegedAccount() : undefined;
  if (cluster === undefined) return newcomer;
  const owner = await ownerOf(cluster);
  if (owner === undefined) return newcomer;
  if (owner.uid === ourselves && ourselves !== 0) return undefined;
  // A cluster keeps the account that it was made with: Postgres refuses a directory of somebody else.
  if (ourselves === 0 && owner.uid !== 0) return owner;
  throw new Error(
    `The database in ${cluster} belongs to the user with id ${owner.uid}, and this process runs as ${ourselves}: ` +
      'start faregate as that user.',
  );
}

async function ownerOf(cluster: string): Promise<Account | undefined> {
  const found = await unlessMissing(stat(cluster));
  return found && { uid: found.uid, gid: found.gid };
}

async function unprivilegedAccount(): Promise<Account> {
  const users = new Map<string, Account>();
  for (const line of (await readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && Number(uid) > 0 && Number(gid) > 0) users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  for (const name of accountsByPreference) {
    const account = users.get(name);
    if (account !== undefined) return account;
  }
  throw new Error(
    'Postgres refuses to run as root, and this machine has neither a user postgres nor nobody: ' +
      'start faregate as an ordinary user, or set DATABASE_URL.',
  );
}
