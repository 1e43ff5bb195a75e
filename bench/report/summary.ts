// The figures for programs: one object with flat keys.
import { dollarsOf } from '../gateway/money.ts';
import type { Cores } from '../parts/cores.ts';
import { doubtsAbout } from './doubts.ts';
import type { Figures, ModeFigures } from './figures.ts';

export type Summary = Readonly<Record<string, number | string>>;

export function summaryOf(figures: Figures, { seen, pinned }: Cores): Summary {
  const { latency, billing, failed } = figures;
  const { booked, owedPicodollars, served } = billing;
  const error = dollarsOf(booked.picodollars - owedPicodollars);
  return {
    measurable: 1,
    cores: seen.length,
    pinned: pinned ? 1 : 0,
    ...Object.fromEntries(figures.modes.flatMap((each) => Object.entries(modeSummary(each)))),
    ...(latency && {
      'added_ms.p50': rounded(latency.addedToBare.p50Ms),
      'added_ms.p99': rounded(latency.addedToBare.p99Ms),
      'added_to_direct_ms.p50': rounded(latency.addedToDirect.p50Ms),
      'added_to_direct_ms.p99': rounded(latency.addedToDirect.p99Ms),
    }),
    served_calls: served,
    booked_charges: booked.charges,
    failed_calls: failed,
    // Only its being zero is exact as a number; the text beside it always is.
    billing_error: Number(error),
    billing_error_usd: error,
    doubts: doubtsAbout(figures).length,
  };
}

export function unmeasurable(seen: readonly number[]): Summary {
  return { measurable: 0, cores: seen.length };
}

/** `memory` is the keeper of the fast store with which the gateway ran. */
function modeSummary(figures: ModeFigures): Summary {
  const { mode, of, overBare, overDirect, overBareByCpu, settledAfterMs } = figures;
  return {
    [`${mode}.memory_vs_bare`]: rounded(overBare),
    [`${mode}.memory_vs_bare_by_cpu`]: rounded(overBareByCpu),
    [`${mode}.memory_vs_direct`]: rounded(overDirect),
    [`${mode}.direct_per_second`]: Math.round(of.direct.callsPerSecond),
    [`${mode}.bare_per_second`]: Math.round(of.bare.callsPerSecond),
    [`${mode}.memory_per_second`]: Math.round(of.gateway.callsPerSecond),
    [`${mode}.bare_cpu_us`]: rounded(of.bare.cpuMicrosPerCall),
    [`${mode}.memory_cpu_us`]: rounded(of.gateway.cpuMicrosPerCall),
    [`${mode}.memory_resident_mb`]: Math.round(of.gateway.residentMb),
    [`${mode}.memory_sustained_vs_bare`]: rounded(figures.sustainedOverBare),
    [`${mode}.memory_sustained_per_second`]: Math.round(figures.sustainedPerSecond),
    [`${mode}.not_booked_at_end`]: rounded(figures.behind),
    [`${mode}.ledger_complete_ms`]: Math.round(settledAfterMs),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
