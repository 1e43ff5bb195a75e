// What a run of some length has to have seen. A branch that nobody visits any more is a hole in the proof.
import { failpointNames } from '#ports/failpoints.ts';

/** Fewer histories may miss the rarest of them by chance. */
export const historiesForAll = 5_000;

export const mustSee: readonly string[] = [
  'call served',
  ...[
    'forbidden',
    'insufficient_balance',
    'budget_exceeded',
    'rate_limited',
    'too_large_for_limit',
    'ledger_behind',
  ].map(refused),
  ...['not_exact', 'upstream_failed', 'upstream_refused', 'upstream_rate_limited', 'upstream_timeout'].map(refused),
  refused('upstream_unreachable'),
  ...['held', 'short', 'limited', 'unknown-wallet', 'outbox-full'].map((kind) => `hold: ${kind}`),
  'hold: less than the worst case',
  ...['extended', 'refused', 'gone'].map((kind) => `extend: ${kind}`),
  'settle: settled',
  ...['completed', 'cut_off', 'abandoned', 'broken', 'failed', 'reaped'].map((kind) => `ended as ${kind}`),
  ...failpointNames.flatMap((name) => [`reached ${name}`, `died: ${name}`]),
  'died: a wait',
  'died: between two steps',
  'died: at its start',
  'died: in good order',
  'closed with the database away',
  'recovered a settlement',
  'recovered an estimate',
  'crashed, and charged by its final word',
  'hold voided',
  'hold reaped',
  'settled after it was reaped',
  'charged by an estimate',
  'charged more than was held',
  'wallet below zero',
  'tried more than once',
  'answered by the second target',
  'caller hung up',
  'caller was told the charge',
  'batches redelivered',
  'entries delivered again',
  'committed, and the answer lost',
  'database away',
  'store out of reach',
  'store wiped',
  'resync',
  'price changed',
  'top-up shown',
  'top-up not shown yet',
  'top-up known already',
  'log: a settlement could not be written to the journal',
  'log: a checkpoint could not be written down',
  'log: a hold could not be extended',
  'store compared with the ledger',
  'budget compared with the ledger',
  'receipts rated again',
  'counted',
  'counted by an estimate',
  'a threshold crossed',
  'counters compared with the ledger',
];

function refused(kind: string): string {
  return `call refused: ${kind}`;
}
