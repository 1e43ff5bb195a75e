// A server with callers on one wallet and a provider that outlives it: to be broken, brought back, and looked at.
import type { SocketConnection } from '#adapters/postgres/connection.ts';
import type { LedgerRead } from '#test/process/books.ts';
import { connectionTo } from '#test/process/cluster.ts';
import { type OutsideProvider, registerOutsideProvider, startOutsideProvider } from '#test/process/outside-provider.ts';
import type { OutsidePostgres } from '#test/process/outside-postgres.ts';
import { type ServerOptions, startServer, type TestKey, type TestServer } from '#test/process/server.ts';
import { expectAllCharged, soundBooks } from './aftermath.ts';
import type { Called } from './calls.ts';

export interface GroundOptions {
  readonly callers: number;
  /** Its own, if missing. */
  readonly postgres?: OutsidePostgres;
  readonly failpoint?: string | undefined;
  readonly environment?: ServerOptions['environment'];
}

interface Parts {
  readonly options: GroundOptions;
  readonly server: TestServer;
  readonly outside: OutsideProvider;
  readonly payer: TestKey;
  readonly keys: readonly TestKey[];
}

/** `removeServers` afterwards, as for every server. */
export async function makeGround(options: GroundOptions): Promise<Ground> {
  const outside = await startOutsideProvider();
  const { failpoint } = options;
  const server = await startServer({
    failpoint,
    environment: { ...options.postgres?.environment, ...options.environment },
  });
  await registerOutsideProvider(server, outside.origin);
  const payer = await server.key('1000');
  const keys: TestKey[] = [];
  while (keys.length < options.callers) keys.push(await server.key(undefined, { wallet: payer.walletId }));
  const ground = new Ground({ options, server, outside, payer, keys });
  await ground.look();
  return ground;
}

export class Ground {
  /** The latest one. */
  server: TestServer;
  /** All take from the wallet of the payer. */
  readonly keys: readonly TestKey[];
  readonly payer: TestKey;
  readonly outside: OutsideProvider;
  readonly dataDirectory: string;
  readonly #options: GroundOptions;
  #read: LedgerRead = { calls: [], wallets: [], hashes: [] };

  constructor({ options, server, outside, payer, keys }: Parts) {
    this.#options = options;
    this.server = server;
    this.outside = outside;
    this.payer = payer;
    this.keys = keys;
    this.dataDirectory = server.dataDirectory;
  }

  /** What the books said when they were last looked at. */
  get read(): LedgerRead {
    return this.#read;
  }

  get settings(): ServerOptions {
    const { postgres, environment } = this.#options;
    return { dataDirectory: this.dataDirectory, environment: { ...postgres?.environment, ...environment } };
  }

  /** After the one before has ended. */
  async restart(failpoint?: string): Promise<void> {
    this.server = await startServer({ ...this.settings, failpoint });
  }

  connection(): Promise<SocketConnection> {
    const { postgres } = this.#options;
    return postgres ? Promise.resolve(postgres.connection) : connectionTo(this.dataDirectory);
  }

  async look(): Promise<LedgerRead> {
    this.#read = await soundBooks(await this.connection());
    return this.#read;
  }

  /** Of these calls, and no others, since the books were last looked at. */
  async expectCharged(called: readonly Called[]): Promise<void> {
    this.#read = await expectAllCharged({
      url: this.server.url,
      connection: await this.connection(),
      payer: this.payer,
      before: this.#read,
      called,
      arrived: this.outside.arrived(),
    });
  }
}
