// Usage and its price become a receipt: exact fractions over all lines, rounded once, and the lines add up.
import { allocateLargestRemainder } from '#core/money/allocate.ts';
import { type Amount, amount, zero } from '#core/money/amount.ts';
import type { Currency } from '#core/money/currency.ts';
import { nothing, plus, type Rational, rational, roundHalfEven, times } from '#core/money/rational.ts';
import { leavesOf } from '#core/usage/leaves.ts';
import { isTokenMeter, type Meter } from '#core/usage/meter.ts';
import type { CallFacts, Usage } from '#core/usage/usage.ts';
import { exactText } from './decimal.ts';
import { type ChosenPrice, type PreparedPrice, type PricesChosen, pricesFor } from './prepare.ts';
import { chargedQuantity } from './quantity.ts';
import type { Receipt, ReceiptLine, ReceiptProblem } from './receipt.ts';
import { unpricedOf } from './unpriced.ts';

/** `rate`: how much of `to` one unit of the price's currency is. */
export interface Conversion {
  readonly fxRateId: string;
  readonly rate: Rational;
  readonly to: Currency;
}

/** What stands between a price and an amount: pinned with the call, so that it can be computed again. */
export interface Terms {
  readonly price: PreparedPrice;
  readonly conversion?: Conversion | undefined;
  /** On top of the price, such as a markup; never negative. */
  readonly multiplier?: Rational | undefined;
}

export interface RateInput extends Terms {
  readonly usage: Usage;
  readonly facts: CallFacts;
}

export function rate(input: RateInput): Receipt {
  const { usage, facts, price } = input;
  if (usage.status === 'not_billable') return receiptOf(input, { lines: [], total: zero });
  if (usage.status === 'invalid') return uncharged(input, ['usage_invalid']);
  const prices = pricesFor(price, usage.prompt_tokens, facts);
  const { leaves, problems } = leavesOf(usage, prices);
  if (problems.length > 0) return uncharged(input, problems);
  const basis = price.hybrid ? (usage.status === 'missing' ? 'request' : 'tokens') : undefined;
  const consumed = basis === undefined ? leaves : onBasis(basis, leaves);
  const unknown = usage.status === 'missing' && basis === undefined && !price.byRequestAlone;
  const unpriced = unpricedOf(consumed.keys(), prices, price.byRequestAlone);
  const charges = chargesFor(consumed, prices, scaleOf(input));
  return receiptOf(input, {
    ...addUp(charges, price.currency.code),
    basis,
    unpriced,
    problems: unknown ? missing : none,
  });
}

const none: readonly ReceiptProblem[] = [];
const missing: readonly ReceiptProblem[] = ['usage_missing'];

/** From ledger units of the price's currency to those of the receipt's; `undefined` when they are the same. */
export function scaleOf({ price, conversion, multiplier }: Terms): Rational | undefined {
  if (conversion === undefined) return multiplier;
  const from = rational(1n, 10n ** BigInt(price.currency.scale));
  const to = times(conversion.rate, rational(10n ** BigInt(conversion.to.scale)));
  return times(times(from, to), multiplier ?? rational(1n));
}

type Leaves = ReadonlyMap<Meter, Rational>;

function onBasis(basis: 'tokens' | 'request', leaves: Leaves): Leaves {
  const charged = (meter: Meter) => (basis === 'tokens' ? meter !== 'request' : !isTokenMeter(meter));
  return new Map([...leaves].filter(([meter]) => charged(meter)));
}

interface Charge {
  readonly meter: Meter;
  readonly measured: Rational;
  readonly charged: Rational;
  readonly chosen: ChosenPrice;
  readonly exact: Rational;
}

function chargesFor(consumed: Leaves, prices: PricesChosen, scale: Rational | undefined): readonly Charge[] {
  const charges: Charge[] = [];
  for (const [meter, measured] of consumed) {
    const chosen = prices.get(meter);
    if (chosen === undefined) continue;
    const charged = chargedQuantity(chosen.component, measured);
    const native = times(charged, chosen.unit);
    charges.push({ meter, measured, charged, chosen, exact: scale === undefined ? native : times(native, scale) });
  }
  return charges;
}

function addUp(charges: readonly Charge[], currency: string): Pick<Receipt, 'lines' | 'total'> {
  const exacts = charges.map((charge) => charge.exact);
  const whole = exacts.every((exact) => exact.denominator === 1n);
  const total = whole
    ? amount(exacts.reduce((sum, exact) => sum + exact.numerator, 0n))
    : roundHalfEven(exacts.reduce(plus, nothing));
  const amounts = whole ? exacts.map((exact) => amount(exact.numerator)) : allocateLargestRemainder(total, exacts);
  return { lines: charges.map((charge, index) => lineOf(charge, currency, amounts[index] ?? zero)), total };
}

function lineOf({ meter, measured, charged, chosen }: Charge, currency: string, lineAmount: Amount): ReceiptLine {
  const { component, factor, when } = chosen;
  return {
    meter,
    quantity: exactText(charged),
    ...(charged === measured ? undefined : { measured: exactText(measured) }),
    price: component.price,
    per: component.per,
    currency,
    ...(factor === undefined ? undefined : { factor }),
    ...(when === undefined ? undefined : { when }),
    amount: lineAmount,
  };
}

function uncharged(input: RateInput, problems: readonly ReceiptProblem[]): Receipt {
  return receiptOf(input, { lines: [], total: zero, problems });
}

interface Result extends Pick<Receipt, 'lines' | 'total'> {
  readonly basis?: Receipt['basis'] | undefined;
  readonly unpriced?: readonly Meter[];
  readonly problems?: readonly ReceiptProblem[];
}

function receiptOf(input: RateInput, { lines, total, basis, unpriced = [], problems = [] }: Result): Receipt {
  const { usage, price, conversion, multiplier } = input;
  return {
    lines,
    total,
    currency: (conversion?.to ?? price.currency).code,
    price_version: price.id,
    ...(conversion === undefined
      ? undefined
      : { fx_rate_id: conversion.fxRateId, fx_rate: exactText(conversion.rate) }),
    ...(multiplier === undefined ? undefined : { multiplier: exactText(multiplier) }),
    complete: unpriced.length === 0 && problems.length === 0,
    unpriced,
    problems,
    status: usage.status,
    ...(basis === undefined ? undefined : { basis }),
  };
}
