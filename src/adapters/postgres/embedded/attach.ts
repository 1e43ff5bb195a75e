import { realpath } from 'node:fs/promises';
import type { SocketConnection } from '../connection.ts';
import { recordedHome } from './home.ts';
import { databaseName, readPassword, superuserName } from './initialize.ts';
import { readPostmasterFile } from './left-behind.ts';
import { socketPort } from './socket.ts';

// The Postgres that another process of ours runs in this data directory, for commands that only look. `undefined` when
// none does.
export async function attachToEmbeddedPostgres(dataDirectory: string): Promise<SocketConnection | undefined> {
  const home = await recordedHome(await realpath(dataDirectory));
  const running = home && (await readPostmasterFile(home.cluster));
  if (!home || running?.socketDirectory === undefined || !running.ready) return undefined;
  const password = await readPassword(home);
  return { host: running.socketDirectory, port: socketPort, user: superuserName, password, database: databaseName };
}
