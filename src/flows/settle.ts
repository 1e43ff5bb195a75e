// Ends a call: usage becomes two receipts, the receipts one entry, and the entry is settled, once.
import { chargedTotal } from '#core/ledger/charged-total.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import type { Attempt, CallOutcome, ChargeEntry, DispatchedCall } from '#core/ledger/entry.ts';
import { rate, type Terms } from '#core/pricing/rate.ts';
import { notBillable, type Usage } from '#core/usage/usage.ts';
import type { Fare } from '#ports/door.ts';
import type { OpenCall } from './dispatch.ts';
import type { House } from './house.ts';

export interface CallEnd {
  readonly usage: Usage;
  readonly outcome: CallOutcome;
  readonly attempts: readonly Attempt[];
  readonly cost: Terms;
  readonly firstByteMs?: number;
}

/** What the caller may read of it. */
export async function settleCall(
  house: House,
  open: OpenCall,
  dispatched: DispatchedCall,
  end: CallEnd,
): Promise<Fare> {
  const entry = entryOf(
    dispatched,
    { ...end, charge: open.fare.charge },
    {
      eventId: house.identifiers.next(),
      endedAt: house.clock.now(),
      final: true,
      revision: 0,
    },
  );
  try {
    await house.journal.append({ kind: 'settle', entry });
  } catch (error) {
    // The entry still goes to the ledger through the store; only its second copy is missing until it is there.
    house.log.error({ error, request_id: open.requestId }, 'a settlement could not be written to the journal');
  }
  house.failpoints.reach('after-journal-settle');
  const settled = await house.store.settle(entry, BigInt(end.usage.total_tokens));
  house.failpoints.reach('after-settle');
  const currency = currencyOf(dispatched.currency);
  return {
    charge: formatAmount(entry.total, currency),
    balance: formatAmount(settled.balance, currency),
    currency: currency.code,
    ...(open.caller.maySeeCost ? { cost: formatAmount(entry.cost, currencyOf(entry.costCurrency)) } : {}),
  };
}

/** For a call that reached nobody who bills for it. */
export const unbilled = (reason: string): Usage =>
  notBillable({ normalizer: { id: 'faregate', version: '1' }, raw: null, flags: [reason] });

export function entryOf(
  call: DispatchedCall,
  end: Omit<CallEnd, 'attempts'> & { readonly charge: Terms; readonly attempts: readonly Attempt[] },
  { eventId, endedAt, final, revision }: Pick<ChargeEntry, 'eventId' | 'endedAt' | 'final' | 'revision'>,
): ChargeEntry {
  const chargeReceipt = rate({ ...end.charge, usage: end.usage, facts: call.facts });
  const costReceipt = rate({ ...end.cost, usage: end.usage, facts: call.facts });
  return {
    eventId,
    call,
    total: chargedTotal({ outcome: end.outcome, rated: chargeReceipt.total, held: call.held }),
    cost: costReceipt.total,
    costCurrency: costReceipt.currency,
    final,
    revision,
    usage: end.usage,
    chargeReceipt,
    costReceipt,
    outcome: end.outcome,
    attempts: end.attempts,
    endedAt,
    ...(end.firstByteMs === undefined ? {} : { firstByteMs: end.firstByteMs }),
  };
}
