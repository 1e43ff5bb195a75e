// Money in: every top-up has one event, every such event one top-up, and no event id stands for two events.
import { type Finding, findings } from './audit.ts';
import { eventSubject } from './audit-chain.ts';
import type { CounterRow, TopUpRow } from './audit-rows.ts';
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
