// The figures for people.
import { dollarsOf } from '../gateway/money.ts';
import type { Options } from '../options.ts';
import type { Cores } from '../parts/cores.ts';
import type { Mode } from '../workload.ts';
import { streamChunks } from '../workload.ts';
import { doubtsAbout, percent } from './doubts.ts';
import type { Figures, LatencyFigures, ModeFigures } from './figures.ts';

const titles = {
  plain: 'Plain calls',
  stream: `Streams of ${streamChunks} chunks`,
} as const satisfies Record<Mode, string>;

export function headline({ connections, rounds, seconds }: Options, { seen, server, others, pinned }: Cores): string {
  const where = pinned
    ? `the server under test on core ${server}, everything else on ${others.join(', ')}`
    : 'nothing pinned, because taskset is missing: expect noise';
  return [
    `${seen.length} cores seen (${seen.join(', ')}): ${where}`,
    `node ${process.version}, ${connections} connections, medians of ${rounds} rounds of ${seconds} s`,
    'the gateway: embedded Postgres, memory keeper, billing on, journal on and synced in groups (the defaults)',
  ].join('\n');
}

export function text(figures: Figures, { rate }: Options): string {
  const parts = figures.modes.map(modeText);
  if (figures.latency) parts.push(latencyText(figures.latency, rate));
  parts.push(billingText(figures));
  const doubts = doubtsAbout(figures);
  if (doubts.length > 0) parts.push(['Doubts', ...doubts.map((doubt) => `  ${doubt}`)].join('\n'));
  return parts.join('\n\n');
}

function modeText(figures: ModeFigures): string {
  const { mode, of, overBare, overDirect, overBareByCpu, behind, settledAfterMs } = figures;
  const { direct, bare, gateway } = of;
  const row = (title: string, read: (server: typeof gateway) => string): string =>
    line(title, read(direct), read(bare), read(gateway));
  return [
    line(titles[mode], 'direct', 'bare', 'gateway'),
    row('calls per second', ({ callsPerSecond }) => callsPerSecond.toFixed(0)),
    row('processor time per call, µs', ({ cpuMicrosPerCall }) => cpuMicrosPerCall.toFixed(0)),
    row("used of the server's core", ({ usedByServer }) => percent(usedByServer)),
    row('resident memory, MB', ({ residentMb }) => residentMb.toFixed(0)),
    line('gateway / bare', overBare.toFixed(2), '', ''),
    line('gateway / bare, by processor time', overBareByCpu.toFixed(2), '', ''),
    line('gateway / direct', overDirect.toFixed(2), '', ''),
    line('not booked at the last answer', percent(behind), '', ''),
    line('ledger complete after, ms', settledAfterMs.toFixed(0), '', ''),
    line('gateway with its ledger, per second', figures.sustainedPerSecond.toFixed(0), '', ''),
    line('sustained: gateway / bare', figures.sustainedOverBare.toFixed(2), '', ''),
  ].join('\n');
}

function latencyText(
  { of: { direct, bare, gateway }, addedToBare, addedToDirect }: LatencyFigures,
  rate: number,
): string {
  const row = (title: string, read: 'p50Ms' | 'p99Ms'): string =>
    line(title, milliseconds(direct[read]), milliseconds(bare[read]), milliseconds(gateway[read]));
  return [
    line(`Latency at ${rate} plain calls/s, ms`, 'direct', 'bare', 'gateway'),
    row('p50', 'p50Ms'),
    row('p99', 'p99Ms'),
    line('added to bare: p50, p99', milliseconds(addedToBare.p50Ms), milliseconds(addedToBare.p99Ms), ''),
    line('added to direct: p50, p99', milliseconds(addedToDirect.p50Ms), milliseconds(addedToDirect.p99Ms), ''),
  ].join('\n');
}

function billingText({ billing: { served, owedPicodollars, booked } }: Figures): string {
  return [
    line('Billing', '', '', ''),
    line('calls that the mock has served', String(served), '', ''),
    line('charges in the ledger', String(booked.charges), '', ''),
    line('price of what was served, dollars', dollarsOf(owedPicodollars), '', ''),
    line('charged in the ledger, dollars', dollarsOf(booked.picodollars), '', ''),
    line('billing error, dollars', dollarsOf(booked.picodollars - owedPicodollars), '', ''),
  ].join('\n');
}

function line(title: string, ...values: readonly string[]): string {
  return `${title.padEnd(36)}${values.map((value) => value.padStart(12)).join('')}`.trimEnd();
}

function milliseconds(value: number): string {
  return value.toFixed(3);
}
