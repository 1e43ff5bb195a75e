// Whether a call was rightly let in: reckoned from the shadow, not from the store that let it in.
import type { RateMeter } from '#core/limits/limits.ts';
import type { HoldRequest } from '#ports/fast-store.ts';
import type { Shadow, ShadowHold } from './shadow.ts';
import { must } from './violation.ts';

export interface Admission {
  readonly shadow: Shadow;
  readonly request: HoldRequest;
  readonly granted: bigint;
}

/** Before the hold is noted: what concurrent calls may spend together is never more than the wallet has. */
export function checkAdmission({ shadow, request, granted }: Admission): void {
  const { walletId, minBalance, requestId } = request;
  if (granted === 0n || shadow.drifted.has(walletId)) return;
  const free = shadow.balanceOf(walletId) - shadow.heldOf(walletId) - minBalance;
  must(
    granted <= free,
    'admitted more than the wallet has',
    () => `${requestId}: ${granted} of ${free} in ${walletId}`,
  );
}

export function checkBudgets({ shadow, request, granted }: Admission): void {
  // A counter may stand over several wallets.
  if (granted === 0n || shadow.drifted.size > 0) return;
  for (const budget of request.budgets) {
    const free = budget.limit - shadow.spentOf(budget) - shadow.heldUnder(budget);
    const what = () => `${request.requestId}: ${granted} of ${free} under ${budget.scope} ${budget.period}`;
    must(granted <= free, 'admitted more than a budget has', what);
  }
}

/** After the hold is noted. */
export function checkLimits({ shadow, request, nowMs }: Omit<Admission, 'granted'> & { readonly nowMs: number }): void {
  for (const slot of request.slots) {
    const taken = shadow.taken(slot.scope);
    const what = () => `${taken} of ${slot.limit} under ${slot.scope}`;
    must(taken <= slot.limit, 'admitted more at once than there are slots', what);
  }
  for (const rate of request.rates) {
    const counted = shadow.countedSince(nowMs - rate.windowMs, rate.scope);
    const sum = counted.reduce((total, hold) => total + consumed(hold, rate.meter), 0n);
    // What a call consumed beyond its hold, or bought later, counts in the window without having been refused.
    const excused = counted.reduce((total, hold) => total + beyondHold(hold, rate.meter), 0n);
    const what = () => `${sum} of ${rate.limit} under ${rate.scope}`;
    must(sum - excused <= rate.limit, 'admitted more than a rate allows', what);
  }
}

function consumed(hold: ShadowHold, meter: RateMeter): bigint {
  switch (meter) {
    case 'requests':
      return 1n;
    case 'tokens':
      return hold.ended?.tokens ?? hold.tokens;
    case 'money':
      return hold.ended?.money ?? hold.granted;
  }
}

function beyondHold(hold: ShadowHold, meter: RateMeter): bigint {
  if (meter === 'requests') return 0n;
  const first = meter === 'tokens' ? hold.request.tokens : hold.firstGranted;
  const over = consumed(hold, meter) - first;
  return over > 0n ? over : 0n;
}
