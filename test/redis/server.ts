// A Redis of the test's own, on a socket or port of its own, gone afterwards.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { once } from 'node:events';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** As if its machine had lost power. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestRedisOptions {
  /** Kept in this folder, and read from it at the start. */
  readonly folder?: string;
  readonly port?: number;
  /** More of its settings, as on its command line. */
  readonly settings?: readonly string[];
}

const startMsMax = 10_000;

export async function startRedis(program: string, options: TestRedisOptions = {}): Promise<TestRedis> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'faregate-redis-')));
  const port = options.port ?? (await freePort());
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    ...(options.settings ?? []),
  ];
  const server = spawn(program, settings, { stdio: ['ignore', 'pipe', 'inherit'] });
  await ready(server);
  const ended = once(server, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) server.kill(signal);
    await ended;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ready(server: ChildProcess): Promise<void> {
  const { stdout } = server;
  if (!stdout) throw new Error('redis-server has no output.');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`redis-server did not start: ${said}`)), startMsMax);
    stdout.on('data', (piece: Buffer) => {
      said += piece.toString();
      if (!said.includes('Ready to accept connections')) return;
      clearTimeout(late);
      resolve();
    });
    server.once('exit', () => {
      clearTimeout(late);
      reject(new Error(`redis-server ended: ${said}`));
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
