// What the rounds come to: medians, ratios within each round, and what makes them doubtful.
import type { Billing } from '../measure/stage.ts';
import type { Round } from '../measure/rounds.ts';
import type { Throughput } from '../measure/throughput.ts';
import { type Sender, senders } from '../mock/tally.ts';
import { median } from '../parts/statistics.ts';
import { type Mode, modes } from '../workload.ts';

export interface ModeFigures {
  readonly mode: Mode;
  readonly of: Readonly<Record<Sender, ServerFigures>>;
  /** Calls per second of the gateway over those of the other. */
  readonly overBare: number;
  readonly overDirect: number;
  /** The same by processor time for a call, which other work on the machine hardly touches. */
  readonly overBareByCpu: number;
  /** Of the gateway's calls, those not booked at the last answer, and how long the ledger then took. */
  readonly behind: number;
  readonly settledAfterMs: number;
  /** Of the gateway, with the time that its ledger takes; and over the bare proxy's. */
  readonly sustainedPerSecond: number;
  readonly sustainedOverBare: number;
}

export interface ServerFigures {
  readonly callsPerSecond: number;
  readonly cpuMicrosPerCall: number;
  readonly usedByServer: number;
  readonly usedByOthers: number;
  readonly residentMb: number;
}

export interface LatencyFigures {
  readonly of: Readonly<Record<Sender, { readonly p50Ms: number; readonly p99Ms: number }>>;
  readonly addedToBare: { readonly p50Ms: number; readonly p99Ms: number };
  readonly addedToDirect: { readonly p50Ms: number; readonly p99Ms: number };
}

export interface Figures {
  readonly modes: readonly ModeFigures[];
  readonly latency: LatencyFigures | undefined;
  readonly billing: Billing;
  readonly failed: number;
}

export function figuresOf(rounds: readonly Round[], billing: Billing): Figures {
  const measured = modes.filter((mode) =>
    rounds.some(({ throughput }) => throughput.some((each) => each.mode === mode)),
  );
  const all = rounds.flatMap(({ throughput, latency }) => [...throughput, ...latency]);
  return {
    modes: measured.map((mode) => modeFigures(rounds, mode)),
    latency: rounds.some(({ latency }) => latency.length > 0) ? latencyFigures(rounds) : undefined,
    billing,
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function modeFigures(rounds: readonly Round[], mode: Mode): ModeFigures {
  const each = (read: (found: (name: Sender) => Throughput) => number): number =>
    median(
      rounds.map(({ throughput }) =>
        read((name) =>
          foundIn(
            throughput.filter((one) => one.mode === mode),
            name,
          ),
        ),
      ),
    );
  return {
    mode,
    of: bySender((name) => ({
      callsPerSecond: each((found) => found(name).callsPerSecond),
      cpuMicrosPerCall: each((found) => found(name).cpuMicrosPerCall),
      usedByServer: each((found) => found(name).usedByServer),
      usedByOthers: each((found) => found(name).usedByOthers),
      residentMb: each((found) => found(name).residentMb),
    })),
    overBare: each((found) => found('gateway').callsPerSecond / found('bare').callsPerSecond),
    overDirect: each((found) => found('gateway').callsPerSecond / found('direct').callsPerSecond),
    overBareByCpu: each((found) => found('bare').cpuMicrosPerCall / found('gateway').cpuMicrosPerCall),
    behind: each((found) => found('gateway').behind),
    settledAfterMs: each((found) => found('gateway').settledAfterMs),
    sustainedPerSecond: each((found) => found('gateway').sustainedPerSecond),
    sustainedOverBare: each((found) => found('gateway').sustainedPerSecond / found('bare').sustainedPerSecond),
  };
}

function latencyFigures(rounds: readonly Round[]): LatencyFigures {
  const each = (read: 'p50Ms' | 'p99Ms', name: Sender, less?: Sender): number =>
    median(
      rounds.map(
        ({ latency }) => foundIn(latency, name)[read] - (less === undefined ? 0 : foundIn(latency, less)[read]),
      ),
    );
  const added = (to: Sender) => ({ p50Ms: each('p50Ms', 'gateway', to), p99Ms: each('p99Ms', 'gateway', to) });
  return {
    of: bySender((name) => ({ p50Ms: each('p50Ms', name), p99Ms: each('p99Ms', name) })),
    addedToBare: added('bare'),
    addedToDirect: added('direct'),
  };
}

function bySender<Value>(value: (name: Sender) => Value): Readonly<Record<Sender, Value>> {
  const [gateway, bare, direct] = senders;
  return { [gateway]: value(gateway), [bare]: value(bare), [direct]: value(direct) };
}

function foundIn<Each extends { readonly target: Sender }>(measured: readonly Each[], name: Sender): Each {
  const found = measured.find(({ target }) => target === name);
  if (!found) throw new Error(`A round has not measured ${name}.`);
  return found;
}
