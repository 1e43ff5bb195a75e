// A Postgres that is not the server's own: the test stops it and starts it again, as its operator would.
import type { SocketConnection } from '#adapters/postgres/connection.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#adapters/postgres/embedded.ts';
import type { Environment } from './launch.ts';
import { freshDataDirectory } from './server.ts';

export interface OutsidePostgres {
  readonly connection: SocketConnection;
  readonly dataDirectory: string;
  /** For a server that is to use it. */
  readonly environment: Environment;
  stop(): Promise<void>;
  start(): Promise<void>;
}

const masterKey = Buffer.alloc(32, 1).toString('base64');
const silent = { info: () => {}, warn: () => {} };

/** Gone after `removeServers`; to be stopped before. */
export async function startOutsidePostgres(): Promise<OutsidePostgres> {
  const dataDirectory = await freshDataDirectory();
  const launch = () => startEmbeddedPostgres({ dataDirectory, log: silent });
  let running: EmbeddedPostgres | undefined = await launch();
  const { connection } = running;
  const { user, password, database, host } = connection;
  const url = `postgres://${user}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}`;
  return {
    connection,
    dataDirectory,
    environment: { DATABASE_URL: url, FAREGATE_MASTER_KEY: masterKey },
    async stop() {
      await running?.stop();
      running = undefined;
    },
    async start() {
      running ??= await launch();
    },
  };
}
