import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { unlessMissing } from './files.ts';
import { readPostmasterFile } from './left-behind.ts';
import { serverEnvironment } from './run.ts';

export type Postmaster = {
  readonly pid: number;
  // Resolves with how it ended, whether or not it was asked to.
  readonly ended: Promise<string>;
  readonly stop: () => Promise<void>;
};

// The shell stands between us and Postgres, and its input is a pipe that only we hold: however we end, the pipe closes
// and the shell stops Postgres. It needs no file and no interpreter that the account might not reach. The signals are
// ignored because a Ctrl-C or a process manager may send them to everybody, while we still need the database to finish.
const guard = `
trap '' INT TERM HUP
exec 3<&0
"$@" 3<&- </dev/null &
postgres=$!
echo "$postgres"
exec >/dev/null
(
  while read -r line; do :; done
  kill -INT "$postgres"
  tenths=0
  while [ "$tenths" -lt 30 ] && kill -0 "$postgres"; do sleep 0.1; tenths=$((tenths + 1)); done
  kill -QUIT "$postgres"
) <&3 2>/dev/null &
lifeline=$!
exec 3<&-
wait "$postgres"
status=$?
kill -KILL "$lifeline"
exit "$status"
`;

const readyPollMs = 10;
// Replaying the journal after a kill takes seconds, on a slow disk more.
const readyMsMax = 120_000;
const complaintCharactersMax = 4_000;

export async function startPostmaster(options: {
  readonly binaries: Binaries;
  readonly cluster: string;
  readonly account: Account | undefined;
  readonly settings: readonly string[];
  readonly stalePid: number | undefined;
}): Promise<Postmaster> {
  const { binaries, cluster, account, settings, stalePid } = options;
  const command = [join(binaries.directory, 'postgres'), '-D', cluster, ...settings];
  const child = spawn('/bin/sh', ['-c', guard, 'faregate-postgres', ...command], {
    ...account,
    cwd: '/',
    // A process id in postmaster.pid that is not a Postgres of this cluster makes Postgres refuse to start, which happens
    // to every container that was killed, since process ids repeat there. Named as a grandparent it is passed over, and
    // Postgres still makes sure that the shared memory of the last run is not in use.
    env: { ...serverEnvironment, ...(stalePid === undefined ? {} : { PG_GRANDPARENT_PID: String(stalePid) }) },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const complaints = keepLast(child.stderr);
  const ended = endOf(child);
  const letGo = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  try {
    const pid = await readPid(child.stdout, ended);
    await waitUntilReady(cluster, pid, ended);
    return { pid, ended, stop: letGo };
  } catch (error) {
    await letGo();
    const reason = error instanceof Error ? error.message : String(error);
    const why = (await lastFatal(cluster)) ?? complaints();
    throw new Error(`Postgres did not start: ${reason}. ${why} (Its log is in ${join(cluster, 'log')}.)`, {
      cause: error,
    });
  }
}

type Guard = ChildProcessByStdio<Writable, Readable, Readable>;

async function endOf(child: Guard): Promise<string> {
  // The pipe breaks when the shell ends first.
  child.stdin.on('error', () => {});
  const [code, signal] = await new Promise<[number | string | null, string | null]>((resolve) => {
    child.once('exit', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
    child.once('error', (error) => resolve([error.message, null]));
  });
  child.stdin.destroy();
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}

async function readPid(output: Readable, ended: Promise<string>): Promise<number> {
  const first = once(output.setEncoding('utf8'), 'data').then(([line]) => Number(line));
  const pid = await Promise.race([first, ended]);
  if (typeof pid === 'number' && Number.isSafeInteger(pid)) return pid;
  throw new Error(`its shell ended with ${pid}`);
}

async function waitUntilReady(cluster: string, pid: number, ended: Promise<string>): Promise<void> {
  let how: string | undefined;
  void ended.then((ending) => {
    how = ending;
  });
  for (let waitedMs = 0; waitedMs < readyMsMax; waitedMs += readyPollMs) {
    const file = await readPostmasterFile(cluster);
    if (file?.pid === pid && file.ready) return;
    if (how !== undefined) throw new Error(`it ended with ${how}`);
    await wait(readyPollMs);
  }
  throw new Error(`it was not ready after ${readyMsMax} ms`);
}

// Once Postgres writes to its log, it no longer complains to us.
async function lastFatal(cluster: string): Promise<string | undefined> {
  const directory = join(cluster, 'log');
  const files = (await unlessMissing(readdir(directory))) ?? [];
  const dated = await Promise.all(
    files.map(async (file) => ({ file, changedMs: (await stat(join(directory, file))).mtimeMs })),
  );
  const newest = dated.toSorted((one, other) => one.changedMs - other.changedMs).at(-1);
  if (newest === undefined) return undefined;
  const lines = (await readFile(join(directory, newest.file), 'utf8')).slice(-complaintCharactersMax).split('\n');
  return lines.findLast((line) => /\b(FATAL|PANIC):/.test(line));
}

function keepLast(stream: Readable): () => string {
  let kept = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    kept = (kept + text).slice(-complaintCharactersMax);
  });
  return () => kept.trim();
}
