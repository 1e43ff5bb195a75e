// Ends a call: usage becomes two receipts, the receipts one entry, and the entry is settled, once.
import { chargedTotal } from '#core/ledger/charged-total.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import type { Attempt, CallOutcome, ChargeEntry, DispatchedCall } from '#core/ledger/entry.ts';
import { rate, type Terms } from '#core/pricing/rate.ts';
import { invalidUsage, notBillable, type Usage } from '#core/usage/usage.ts';
import type { Fare } from '#ports/door.ts';
import type { SettleOutcome } from '#ports/fast-store.ts';
import type { OpenCall } from './dispatch.ts';
import type { House } from './house.ts';
import { viewWallet } from './view-wallet.ts';

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
  const settled = await settleInStore(house, entry, BigInt(entry.usage.total_tokens));
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
  const { usage, chargeReceipt, costReceipt } = receiptsOf(call, end);
  return {
    eventId,
    call,
    total: chargedTotal({ outcome: end.outcome, rated: chargeReceipt.total, held: call.held }),
    cost: costReceipt.total,
    costCurrency: costReceipt.currency,
    final,
    revision,
    usage,
    chargeReceipt,
    costReceipt,
    outcome: end.outcome,
    attempts: end.attempts,
    endedAt,
    ...(end.firstByteMs === undefined ? {} : { firstByteMs: end.firstByteMs }),
  };
}

interface Rated {
  readonly usage: Usage;
  readonly charge: Terms;
  readonly cost: Terms;
}

// Counts so large that their price is no amount are no usage that anybody would believe.
function receiptsOf({ facts }: DispatchedCall, { usage, charge, cost }: Rated) {
  const rated = (believed: Usage) => ({
    usage: believed,
    chargeReceipt: rate({ ...charge, usage: believed, facts }),
    costReceipt: rate({ ...cost, usage: believed, facts }),
  });
  try {
    return rated(usage);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { normalizer, raw_usage, flags } = usage;
    return rated(invalidUsage({ normalizer, raw: raw_usage, flags: [...flags, 'BEYOND_ANY_AMOUNT'] }));
  }
}

async function settleInStore(house: House, entry: ChargeEntry, tokens: bigint): Promise<SettleOutcome> {
  try {
    return await house.store.settle(entry, tokens);
  } catch {
    // The store may have been emptied meanwhile: then it has to learn the wallet first.
    await viewWallet(house, entry.call.walletId);
    return house.store.settle(entry, tokens);
  }
}
