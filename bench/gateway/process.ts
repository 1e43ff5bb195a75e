// The gateway as an operator starts it: one command, an empty data directory, everything else by default.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface GatewayProcess {
  readonly pid: number;
  readonly port: number;
  readonly adminToken: string;
  stop(): Promise<void>;
}

const adminToken = 'bench-administration-token';
const startMsMax = 60_000;
const stopMsMax = 45_000;

/** Resolves when it takes calls. What it prints is shown when it does not start. */
export async function startGateway(): Promise<GatewayProcess> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'faregate-bench-'));
  // The database's own user has to get in.
  chmodSync(dataDirectory, 0o755);
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../src/main.ts', import.meta.url)), 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutSettings(process.env),
      FAREGATE_PORT: '0',
      FAREGATE_DATA_DIR: dataDirectory,
      FAREGATE_ADMIN_TOKEN: adminToken,
    },
  });
  const stop = async (): Promise<void> => {
    await stopChild(child);
    rmSync(dataDirectory, { recursive: true, force: true });
  };
  try {
    const port = await readyPort(child);
    if (child.pid === undefined) throw new Error('The gateway has no process.');
    return { pid: child.pid, port, adminToken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// What is set for another gateway on this machine must not change what is measured.
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(FAREGATE_|DATABASE_URL|REDIS_URL)/.test(name)),
  );
}

function readyPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const fail = (why: string): void => reject(new Error(`The gateway ${why}. It printed:\n${printed}`));
    const timer = setTimeout(() => fail('did not start in time'), startMsMax);
    const onPrinted = (text: string): void => {
      printed += text;
      const port = /serves at http:\/\/[^\s:]+:(\d+)/.exec(printed)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      child.stdout?.removeAllListeners('data');
      // Read on, or it would stop at a full pipe.
      child.stdout?.resume();
      resolve(Number(port));
    };
    child.stdout?.setEncoding('utf8').on('data', onPrinted);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      process.stderr.write(text);
    });
    child.once('exit', (code) => fail(`ended with ${code ?? 'a signal'}`));
  });
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
