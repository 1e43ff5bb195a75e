// One core for the server under test, the others for everything else.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

export interface Cores {
  readonly seen: readonly number[];
  readonly server: number;
  readonly others: readonly number[];
  /** Without `taskset` the system places everything as it likes. */
  readonly pinned: boolean;
}

// The server, the mock that answers it, the generator that asks it.
const coresMin = 3;

// Of util-linux; a Mac has none.
const affinityCommand = 'taskset';

/** `undefined` when there are too few to keep what is measured apart from what measures. */
export function layCoresOut(seen: readonly number[]): Cores | undefined {
  const server = seen.at(-1);
  if (server === undefined || seen.length < coresMin) return undefined;
  const pinned = spawnSync(affinityCommand, ['--version'], { stdio: 'ignore' }).status === 0;
  return { seen, server, others: seen.slice(0, -1), pinned };
}

/** Those that this process may run on. */
export function coresSeen(): readonly number[] {
  const allowed = readIfThere('/proc/self/status')?.match(/^Cpus_allowed_list:\s*(\S+)$/m)?.[1];
  if (allowed === undefined) return Array.from({ length: availableParallelism() }, (_, core) => core);
  return allowed.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** With every thread that it has; what it starts later stays there too. */
export function pin(pid: number, cores: readonly number[]): void {
  const { status, stderr } = spawnSync(affinityCommand, ['-a', '-p', '-c', cores.join(','), String(pid)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The process ${pid} could not be pinned: ${stderr.trim()}`);
}

export interface Consumption {
  readonly cpuMs: number;
  readonly residentMb: number;
}

// The kernel counts processor time in hundredths of a second wherever Node runs.
const tickMs = 10;

/** What a process has consumed so far; `undefined` where the system does not say. */
export function consumptionOf(pid: number): Consumption | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  const status = readIfThere(`/proc/${pid}/status`);
  if (stat === undefined || status === undefined) return undefined;
  // The name in brackets may hold spaces; user and system time are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const residentKb = Number(status.match(/^VmRSS:\s*(\d+)/m)?.[1] ?? 0);
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs, residentMb: residentKb / 1024 };
}

/** How long a core has been busy so far, whoever kept it so; `undefined` where the system does not say. */
export function busyMsOf(core: number): number | undefined {
  const line = readIfThere('/proc/stat')?.match(new RegExp(`^cpu${core} (.*)$`, 'm'))?.[1];
  if (line === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = line
    .split(' ')
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts + stolen) * tickMs;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
