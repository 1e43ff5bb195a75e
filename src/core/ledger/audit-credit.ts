// Money in: every top-up has one event, every such event one top-up, and no event id stands for two events.
import { type Finding, findings } from './audit.ts';
import { eventSubject } from './audit-chain.ts';
import { difference, sizeOf, union, type UnitRanges } from '../usage/unit-range.ts';
import type { CounterRow, GivenRow, TopUpRow } from './audit-rows.ts';
import type { Patience } from './audit-dispatch.ts';
import type { Counter } from './entry.ts';
import type { BillingEvent } from './event.ts';

export interface EventBooks {
  readonly eventId: string;
  readonly events: readonly BillingEvent[];
  readonly topUps: readonly TopUpRow[];
}

export function auditEventId({ eventId, events, topUps }: EventBooks): readonly Finding[] {
  const [event] = events;
  const [topUp] = topUps;
  const isTopUp = event?.kind === 'top_up';
  return [
    ...findings(
      `event ${eventId}`,
      [events.length > 1, 'event-ids', `${events.length} events have this id: ${events.map(eventSubject).join(', ')}.`],
      [isTopUp && topUp === undefined, 'top-ups', 'It is a top-up that nobody paid.'],
    ),
    ...findings(
      `top-up ${topUp?.topUpId ?? ''}`,
      [topUps.length > 1, 'top-ups', `${topUps.length} top-ups name the event ${eventId}.`],
      [topUp !== undefined && !isTopUp, 'top-ups', `Its event ${eventId} is ${event ? `a ${event.kind}` : 'missing'}.`],
      [
        topUp !== undefined && event !== undefined && !areTheSame(topUp, event),
        'top-ups',
        `Its amount, currency, wallet or reference is not that of its event ${eventId}.`,
      ],
    ),
  ];
}

function areTheSame(topUp: TopUpRow, event: BillingEvent): boolean {
  return (
    topUp.walletId === event.walletId &&
    topUp.amount === event.amount &&
    topUp.currency === event.currency &&
    topUp.reference === event.reference
  );
}

/** A counter is what the registers that pinned it add up to. */
export function auditCounter(
  { scope, period }: Omit<CounterRow, 'spent'>,
  spent: bigint | undefined,
  registered: bigint | undefined,
): readonly Finding[] {
  return findings(`counter ${scope} ${period}`, [
    spent !== registered,
    'counters',
    `It says ${spent === undefined ? 'nothing' : String(spent)}, and its calls add up to ${String(registered ?? 0n)}.`,
  ]);
}

/** A counter of units is what its calls were charged for, each unit once, and none left out. */
export function auditUnits(
  { scope, period }: Counter,
  taken: UnitRanges | undefined,
  given: readonly GivenRow[],
  { nowMs, inFlightMs, estimated }: Patience & { readonly estimated: boolean },
): readonly Finding[] {
  const sum = given.reduce((total, { ranges }) => total + sizeOf(ranges), 0n);
  const all = given.map(({ ranges }) => ranges).reduce(union, []);
  const missing = difference(all, taken ?? []);
  const unexplained = difference(taken ?? [], all);
  // A number is given when nobody has a lower one left. Who had that one may still be on the way into the ledger; or has
  // lost its last word together with both copies of it, and is estimated, which takes none.
  const old = estimated ? [] : given.filter(({ startedAt }) => startedAt < nowMs - inFlightMs);
  const highest = old.flatMap(({ ranges }) => ranges).reduce((most, { to }) => (to > most ? to : most), 0n);
  const leftOut = difference(highest > 0n ? [{ from: 0n, to: highest }] : [], all);
  const text = (ranges: UnitRanges) => ranges.map(({ from, to }) => `${from} to ${to}`).join(', ');
  return findings(
    `counter ${scope} ${period}`,
    [
      sum !== sizeOf(all),
      'counters',
      `Its calls were charged for ${sum} units, and these are ${sizeOf(all)} different ones.`,
    ],
    [missing.length > 0, 'counters', `Calls were charged for its units ${text(missing)}, and it does not have them.`],
    [leftOut.length > 0, 'counters', `Calls were charged for units behind ${text(leftOut)}, which nobody had.`],
    [unexplained.length > 0, 'counters', `It has the units ${text(unexplained)}, and no call was charged for them.`],
  );
}
