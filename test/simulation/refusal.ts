// Whether a call was rightly turned away: a gateway that refuses everybody charges nobody wrongly, and is of no use.
import type { HoldOutcome, HoldRequest } from '#ports/fast-store.ts';
import type { Shadow } from './shadow.ts';
import { must } from './violation.ts';

export interface Refused {
  readonly shadow: Shadow;
  readonly request: HoldRequest;
  readonly nowMs: number;
}

export function checkRefusal(refused: Refused, outcome: Exclude<HoldOutcome, { kind: 'held' }>): void {
  switch (outcome.kind) {
    case 'short':
      return checkShort(refused, outcome.source);
    case 'limited':
      if (outcome.retryAfterMs !== undefined) checkLimited(refused, outcome.source);
      return;
    case 'unknown-wallet':
    case 'outbox-full':
    case 'ended':
      return;
  }
}

function checkShort({ shadow, request }: Refused, source: string): void {
  if (shadow.drifted.size > 0) return;
  const { walletId, minBalance, minimum, requestId } = request;
  const what = (room: bigint): string => `${requestId}: ${room} for ${minimum} under ${source}`;
  if (source === 'wallet') {
    const available = shadow.balanceOf(walletId) - shadow.heldOf(walletId);
    const room = available - minBalance;
    must(available < 0n || room < minimum, 'refused for money that was there', () => what(room));
    return;
  }
  const budget = request.budgets.find((each) => each.source === source);
  if (!budget) return;
  const room = budget.limit - shadow.spentOf(budget) - shadow.heldUnder(budget);
  must(room < minimum, 'refused for a budget that was there', () => what(room));
}

function checkLimited({ shadow, request, nowMs }: Refused, source: string): void {
  const slot = request.slots.find((each) => each.source === source);
  if (slot) {
    const taken = shadow.taken(slot.scope);
    must(
      taken >= slot.limit,
      'refused for a slot that was free',
      () => `${taken} of ${slot.limit} under ${slot.scope}`,
    );
  }
  const rate = request.rates.find((each) => each.source === source);
  if (rate?.meter !== 'requests') return;
  // A window forgets a slice at a time, a sixtieth of itself, and keeps what has begun in it as long as its last moment.
  const sinceMs = nowMs - Math.ceil((rate.windowMs / 60) * 62);
  const counted = shadow.countedSince(sinceMs, rate.scope).length;
  const what = (): string => `${counted} of ${rate.limit} under ${rate.scope}`;
  must(BigInt(counted) >= rate.limit, 'refused for a rate that was not reached', what);
}
