// Ends a call: usage becomes two receipts, the receipts one entry, and the entry is settled, once.
import { chargedTotal, costTotal } from '#core/ledger/charged-total.ts';
import { AmountBeyondCounting } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import type { Attempt, CallOutcome, ChargeEntry, DispatchedCall } from '#core/ledger/entry.ts';
import { allocationsIn, type UnitsGiven, type UnitsWanted, wantedOf } from '#core/ledger/unit-counter.ts';
import { counterUses } from '#core/pricing/counted.ts';
import { rate } from '#core/pricing/rate.ts';
import type { Receipt } from '#core/pricing/receipt.ts';
import type { SubTerms, Terms } from '#core/pricing/terms.ts';
import { trialUse } from '#core/pricing/trial-credit.ts';
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
  readonly charge: Terms;
  readonly subCharge?: SubTerms;
  readonly cost: Terms;
  readonly subCost?: SubTerms;
  readonly firstByteMs?: number;
}

/** What the caller may read of it. */
export async function settleCall(
  house: House,
  open: OpenCall,
  dispatched: DispatchedCall,
  end: CallEnd,
): Promise<Fare> {
  // What stands between the units and the journal's record must not wait: the journal then has them in their order.
  const given = countsUnits(end) ? await unitsFor(dispatched, end, (all) => giveUnits(house, dispatched, all)) : [];
  const entry = entryOf(
    dispatched,
    { ...end, given },
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
  end: CallEnd & RatedBy & { readonly given?: readonly UnitsGiven[] },
  { eventId, endedAt, final, revision }: Pick<ChargeEntry, 'eventId' | 'endedAt' | 'final' | 'revision'>,
): ChargeEntry {
  const { usage, chargeReceipt, costReceipt } = receiptsOf(call, end);
  return {
    eventId,
    call,
    total: chargedTotal({ outcome: end.outcome, receipt: chargeReceipt, held: call.held }),
    cost: costTotal(costReceipt),
    costCurrency: costReceipt.currency,
    final,
    revision,
    usage,
    chargeReceipt,
    costReceipt,
    outcome: end.outcome,
    attempts: end.attempts.map((each) => withCost(each, costReceipt)),
    endedAt,
    ...(end.firstByteMs === undefined ? {} : { firstByteMs: end.firstByteMs }),
  };
}

/** The others said what they cost when they failed. */
function withCost(attempt: Attempt, receipt: Receipt): Attempt {
  if (attempt.outcome !== 'answered' || attempt.cost) return attempt;
  const currency = currencyOf(receipt.currency);
  return { ...attempt, cost: { amount: formatAmount(costTotal(receipt), currency), currency: currency.code } };
}

interface RatedBy {
  readonly charge: Terms;
  readonly cost: Terms;
  readonly subCharge?: SubTerms;
  readonly subCost?: SubTerms;
}

interface Rated extends RatedBy {
  readonly usage: Usage;
  readonly given?: readonly UnitsGiven[];
}

// Counts so large that their price is no amount are no usage that anybody would believe. Any other error is a bug of ours,
// and no reason for a call to be free: it stays open, and is charged by an estimate.
function receiptsOf(call: DispatchedCall, { usage, charge, cost, subCharge, subCost, given = [] }: Rated) {
  const { facts } = call;
  const rated = (believed: Usage) => ({
    usage: believed,
    chargeReceipt: rate({
      ...charge,
      usage: believed,
      facts,
      subTerms: subCharge,
      allocations: allocationsIn('charge', call, given),
    }),
    costReceipt: rate({
      ...cost,
      usage: believed,
      facts,
      subTerms: subCost,
      allocations: allocationsIn('cost', call, given),
    }),
  });
  try {
    return rated(usage);
  } catch (error) {
    if (!(error instanceof AmountBeyondCounting)) throw error;
    return rated(beyondBelief(usage));
  }
}

function beyondBelief({ normalizer, raw_usage, flags }: Usage): Usage {
  return invalidUsage({ normalizer, raw: raw_usage, flags: [...flags, 'BEYOND_ANY_AMOUNT'] });
}

/** Most calls count nothing, and need not wait for it. */
function countsUnits({ charge, cost, usage }: RatedBy & { readonly usage: Usage }): boolean {
  return charge.price.counts || cost.price.counts || cost.trial !== undefined || usage.sub_usages !== undefined;
}

/** The units of counters that a call is charged for, on both sides. What a trial's credit pays is known only after them. */
export async function unitsFor(
  call: DispatchedCall,
  rating: RatedBy & { readonly usage: Usage },
  give: (wanted: readonly UnitsWanted[]) => Promise<readonly UnitsGiven[]>,
): Promise<readonly UnitsGiven[]> {
  const wanted = unitsWanted(call, rating);
  const given = wanted.length === 0 ? [] : await give(wanted);
  const { trial } = rating.cost;
  if (trial === undefined) return given;
  const { costReceipt } = receiptsOf(call, { ...rating, cost: { ...rating.cost, trial: undefined }, given });
  const burning = wantedOf('cost', call, trialUse(trial, costReceipt));
  return burning.length === 0 ? given : give([...wanted, ...burning]);
}

/** Nothing when the usage is beyond belief. */
function unitsWanted(
  call: DispatchedCall,
  { usage, charge, cost, subCharge, subCost }: RatedBy & { readonly usage: Usage },
): readonly UnitsWanted[] {
  const { facts } = call;
  try {
    return [
      ...wantedOf('charge', call, counterUses({ ...charge, usage, facts, subTerms: subCharge })),
      ...wantedOf('cost', call, counterUses({ ...cost, usage, facts, subTerms: subCost })),
    ];
  } catch (error) {
    if (!(error instanceof AmountBeyondCounting)) throw error;
    return [];
  }
}

export async function giveUnits(
  house: Pick<House, 'store' | 'ledger' | 'clock'>,
  { requestId, walletId }: DispatchedCall,
  wanted: readonly UnitsWanted[],
): Promise<readonly UnitsGiven[]> {
  try {
    return await house.store.give(requestId, walletId, wanted);
  } catch {
    await viewWallet(house, walletId);
    return house.store.give(requestId, walletId, wanted);
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
