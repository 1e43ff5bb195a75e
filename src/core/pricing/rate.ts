// Usage and its price become a receipt.
import { zero } from '#core/money/amount.ts';
import { lowestFree } from '#core/usage/unit-range.ts';
import { type Charge, type Consumed, consumptionOf } from './consumption.ts';
import { type Allocation, type CounterUse, Dealt } from './counted.ts';
import { exactText } from './decimal.ts';
import { addUp, adjustmentParts, countedParts, type Part, partOf } from './lines.ts';
import type { Receipt, ReceiptProblem, ReportedCost, SubPrice } from './receipt.ts';
import { comparedWith, reportedCost } from './reported-cost.ts';
import { type Conversion, currencyAfter } from './terms.ts';
import { isTrialCredit, lessTrialCredit, trialUse } from './trial-credit.ts';

export interface RateInput extends Consumed {
  /** Which units of its counters the call was given; missing: as for the first call of every period. */
  readonly allocations?: readonly Allocation[] | undefined;
}

/** @throws RangeError when other units were given than are charged, or an amount cannot be counted. */
export function rate(input: RateInput): Receipt {
  const { trial, allocations } = input;
  if (trial === undefined) return listed(input);
  const receipt = listed({ ...input, allocations: allocations?.filter((each) => !isTrialCredit(each)) });
  return lessTrialCredit(trial, receipt, allocations ?? fromTheStart(trialUse(trial, receipt)));
}

function fromTheStart(uses: readonly CounterUse[]): readonly Allocation[] {
  return uses.map(({ counter, period, units }) => ({ counter, period, ranges: lowestFree([], units) }));
}

/** What the usage comes to before any credit. */
function listed(input: RateInput): Receipt {
  const { usage } = input;
  if (usage.status === 'not_billable') return receiptOf(input, { lines: [], total: zero });
  if (usage.status === 'invalid') return receiptOf(input, { lines: [], total: zero, problems: ['usage_invalid'] });
  const reported = reportedCost(input);
  if (reported?.preferred !== undefined) {
    const { preferred: total, told } = reported;
    return receiptOf(input, { lines: [], total, basis: 'provider_reported', reported: told });
  }
  const { charges, unpriced, problems, basis, subs } = consumptionOf(input);
  const all = subs.length === 0 ? charges : [...charges, ...subs.flatMap((sub) => sub.charges)];
  const counted = all.some((charge) => charge.chosen.component.tiers !== undefined);
  const sum = counted ? countedSum(all, input) : addUp(all.map(partOf));
  const result = { ...sum, basis, reported: reported && comparedWith(sum.total, reported, currencyAfter(input)) };
  if (subs.length === 0) return receiptOf(input, { ...result, unpriced, problems });
  return receiptOf(input, {
    ...result,
    unpriced: [...unpriced, ...subs.flatMap((sub) => sub.unpriced)],
    problems: [...new Set([...problems, ...subs.flatMap((sub) => sub.problems)])],
    subPrices: subs.flatMap(({ model, terms }) =>
      terms === undefined ? [] : [{ model, price_version: terms.price.id, ...fxOf(terms.conversion) }],
    ),
  });
}

type Sum = Pick<Receipt, 'lines' | 'total' | 'adjustment' | 'adjustments' | 'allocations'>;

function countedSum(charges: readonly Charge[], { facts, allocations }: RateInput): Sum {
  const dealt = new Dealt(facts.occurred_at, allocations);
  const parts: Part[] = [];
  const adjustments: Part[] = [];
  for (const charge of charges) {
    const { tiers } = charge.chosen.component;
    if (tiers === undefined) {
      parts.push(partOf(charge));
      continue;
    }
    const ranges = dealt.to(charge, tiers);
    parts.push(...countedParts(charge, tiers, ranges));
    if (!dealt.isProvisional(charge, tiers)) adjustments.push(...adjustmentParts(charge, tiers, ranges));
  }
  const sum = { ...addUp(parts), allocations: dealt.allocations() };
  if (adjustments.length === 0) return sum;
  const { lines, total } = addUp(adjustments);
  return { ...sum, adjustments: lines, adjustment: total };
}

function fxOf(conversion: Conversion | undefined) {
  return conversion && { fx_rate_id: conversion.fxRateId, fx_rate: exactText(conversion.rate) };
}

interface Result extends Sum {
  readonly basis?: Receipt['basis'] | undefined;
  readonly unpriced?: readonly string[];
  readonly problems?: readonly ReceiptProblem[];
  readonly subPrices?: readonly SubPrice[];
  readonly reported?: ReportedCost | undefined;
}

function receiptOf(input: RateInput, result: Result): Receipt {
  const { usage, price, multiplier, discount } = input;
  const { lines, total, basis, unpriced = [], problems = [], subPrices = [], reported } = result;
  const { allocations = [], adjustment, adjustments } = result;
  return {
    lines,
    total,
    currency: currencyAfter(input).code,
    price_version: price.id,
    ...fxOf(input.conversion),
    ...(multiplier === undefined ? undefined : { multiplier: exactText(multiplier) }),
    ...(discount === undefined || basis === 'provider_reported'
      ? undefined
      : { discount: { plan_id: discount.planId, percentage: discount.percentage, reason: 'committed use' as const } }),
    complete: unpriced.length === 0 && problems.length === 0,
    unpriced,
    problems,
    status: usage.status,
    ...(basis === undefined ? undefined : { basis }),
    ...(subPrices.length === 0 ? undefined : { sub_prices: subPrices }),
    ...(reported === undefined ? undefined : { reported_cost: reported }),
    ...(allocations.length === 0 ? undefined : { allocations }),
    ...(adjustment === undefined ? undefined : { adjustment, adjustments }),
  };
}
