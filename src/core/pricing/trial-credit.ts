// A trial's credit burns before a provider's bill is owed: counted like free units, in the smallest units of the dollar.
import { type Amount, amount, zero } from '#core/money/amount.ts';
import { rangesToJson, sizeBelow, sizeOf } from '#core/usage/unit-range.ts';
import type { Allocation, CounterUse, UnitCounter } from './counted.ts';
import type { Receipt } from './receipt.ts';
import type { TrialCredit } from './terms.ts';

const prefix = 'trial-credit:';

function counterOf({ planId }: TrialCredit): UnitCounter {
  return { counter: `${prefix}${planId}`, period: 'total' };
}

/** What a bill takes of the credit. */
export function trialUse(trial: TrialCredit, { total, adjustment = zero, currency }: Receipt): readonly CounterUse[] {
  const billed = total + adjustment;
  return billed > 0n && currency === 'usd' ? [{ ...counterOf(trial), units: billed }] : [];
}

export function isTrialCredit({ counter }: UnitCounter): boolean {
  return counter.startsWith(prefix);
}

/** @throws RangeError when other units of the credit were given than the bill has. */
export function lessTrialCredit(trial: TrialCredit, receipt: Receipt, given: readonly Allocation[]): Receipt {
  const [use] = trialUse(trial, receipt);
  if (!use) return receipt;
  const { counter, period } = use;
  const found = given.find((each) => each.counter === counter && each.period === period);
  const ranges = found?.ranges ?? [];
  if (sizeOf(ranges) !== use.units) {
    throw new RangeError(`${use.units} units of ${counter} are owed, and ${sizeOf(ranges)} were given.`);
  }
  const burnt: Amount = amount(sizeBelow(ranges, trial.limit));
  const provisional = found?.provisional ? { provisional: true as const } : undefined;
  const allocation = { counter, period, ranges: rangesToJson(ranges), ...provisional };
  return {
    ...receipt,
    allocations: [...(receipt.allocations ?? []), allocation],
    ...(burnt === 0n ? undefined : { trial_credit: { plan_id: trial.planId, amount: burnt } }),
  };
}
