// A real server in a process of its own, on a data directory of its own, to be called, killed and started again.
import { randomBytes } from 'node:crypto';
import { killNow, killTree, until } from '#test/postgres/owner-process.ts';
import { type DataDirectory, makeDataDirectory } from './data-directory.ts';
import { type Ending, type Environment, launch, type Launched, type Ran, runCommand } from './launch.ts';

export interface ServerOptions {
  /** Of an earlier server that has ended, or of `freshDataDirectory`; missing: a new one. */
  readonly dataDirectory?: string;
  readonly environment?: Environment;
  /** `after-dispatch`, or `after-dispatch:3`: the process kills itself there. */
  readonly failpoint?: string | undefined;
}

export interface TestKey {
  readonly key: string;
  readonly id: string;
  readonly walletId: string;
}

export interface TestServer {
  readonly url: string;
  readonly dataDirectory: string;
  readonly pid: number;
  readonly adminToken: string;
  readonly stdout: readonly string[];
  /** The log: one JSON object a line. */
  readonly stderr: readonly string[];
  readonly exited: Promise<Ending>;
  /** Without a balance its wallet stays empty; with `wallet` it takes from that one. */
  key(balance?: string, more?: object): Promise<TestKey>;
  /** @throws Error with what was answered, unless it was done. */
  admin(path: string, body?: object): Promise<unknown>;
  /** As an operator does. */
  stop(): Promise<Ending>;
  /** The server alone; its Postgres notices by itself. */
  kill9(): Promise<Ending>;
  /** The server, its Postgres and all between them, at one stroke. */
  kill9Tree(): Promise<Ending>;
}

const directories = new Map<string, DataDirectory>();

/** To share by several servers, one after the other; gone after `removeServers`. */
export async function freshDataDirectory(): Promise<string> {
  const directory = await makeDataDirectory();
  directories.set(directory.path, directory);
  return directory.path;
}

/** Ends every server of this test file that still runs, and removes what they left. For `afterAll`. */
export async function removeServers(): Promise<void> {
  const all = [...directories.values()];
  directories.clear();
  await Promise.all(all.map((directory) => directory.remove()));
}

const startMsMax = 40_000;
const adminToken = randomBytes(24).toString('base64url');

/** Ready to take calls. @throws Error with what it said when it does not start. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const dataDirectory = options.dataDirectory ?? (await freshDataDirectory());
  const launched = launch(['serve'], environmentOf(dataDirectory, options));
  const keeper = directories.get(dataDirectory);
  keeper?.runs(launched.pid);
  void launched.exited.then(() => keeper?.ended(launched.pid));
  return serverOf(launched, dataDirectory, await addressOf(launched));
}

/** A start that is to be refused: what it said, and how it ended. */
export async function startInVain(options: ServerOptions = {}): Promise<Ran> {
  const dataDirectory = options.dataDirectory ?? (await freshDataDirectory());
  return runCommand(['serve'], environmentOf(dataDirectory, options), startMsMax);
}

export function environmentOf(dataDirectory: string, { environment, failpoint }: ServerOptions = {}): Environment {
  return {
    FAREGATE_PORT: '0',
    FAREGATE_DATA_DIR: dataDirectory,
    FAREGATE_ADMIN_TOKEN: adminToken,
    ...(failpoint === undefined ? {} : { FAREGATE_FAILPOINT: failpoint }),
    ...environment,
  };
}

async function addressOf({ stdout, stderr, exited }: Launched): Promise<string> {
  let ending: Ending | undefined;
  void exited.then((how) => {
    ending = how;
  });
  const address = () => stdout.join('\n').match(/^Faregate serves at (http\S+)$/m)?.[1];
  await until(() => address() !== undefined || ending !== undefined, startMsMax);
  const url = address();
  if (url !== undefined && ending === undefined) return url;
  throw new Error(`The server ended with ${ending?.signal ?? ending?.code ?? 'nothing'}: ${stderr.join('\n')}`);
}

function serverOf(launched: Launched, dataDirectory: string, url: string): TestServer {
  const { pid, stdout, stderr, exited } = launched;
  const admin = (path: string, body?: object) => askAdministration(`${url}${path}`, body);
  return {
    url,
    dataDirectory,
    pid,
    adminToken,
    stdout,
    stderr,
    exited,
    admin,
    async key(balance, more = {}) {
      const order = { name: 'test', ...(balance === undefined ? {} : { balance }), ...more };
      const made = (await admin('/api/v1/virtual-keys', order)) as MadeKey;
      return { key: made.virtual_key, id: made.id, walletId: made.wallet.id };
    },
    stop() {
      launched.child.kill('SIGTERM');
      return exited;
    },
    kill9() {
      killNow(pid);
      return exited;
    },
    kill9Tree() {
      killTree(pid);
      return exited;
    },
  };
}

interface MadeKey {
  readonly virtual_key: string;
  readonly id: string;
  readonly wallet: { readonly id: string };
}

async function askAdministration(url: string, body: object | undefined): Promise<unknown> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}
