// One call rated by what the price book knows now of the time at which it was made.
import { listedCostOf } from '../catalog/listed-cost.ts';
import { noFee, ownKeyFeeName, unknownCost } from '../catalog/own-key-prices.ts';
import { ownCostOf } from '../catalog/own-cost.ts';
import type { PriceBook } from '../catalog/price-book.ts';
import type { AdjustmentLine, Rated } from '../ledger/adjustment.ts';
import { agreedBy, agreementOf } from '../ledger/agreed.ts';
import type { RegisterRow, UsageRow } from '../ledger/audit-rows.ts';
import { chargedTotal, costTotal } from '../ledger/charged-total.ts';
import type { PinnedPrice } from '../ledger/entry.ts';
import { currencyOf } from '../money/currency.ts';
import { parseExact, type Rational } from '../money/rational.ts';
import { type Allocation, allocationsOf, type CounterUse, counterUses } from '../pricing/counted.ts';
import { exactText } from '../pricing/decimal.ts';
import type { PreparedPrice } from '../pricing/prepare.ts';
import { rate } from '../pricing/rate.ts';
import type { Receipt } from '../pricing/receipt.ts';
import type { SubTerms, Terms } from '../pricing/terms.ts';
import { sizeOf } from '../usage/unit-range.ts';

/** The last word on a call, beside what it has been charged so far. */
export interface RatedCall {
  readonly record: UsageRow;
  readonly organizationId?: string;
  readonly register: Pick<RegisterRow, 'total' | 'cost' | 'costCurrency' | 'provider' | 'final'>;
  /** Those that the register stands on: the record's own, or those of its last adjustment. */
  readonly chargeReceipt: Receipt;
  readonly costReceipt: Receipt;
  readonly pinned: {
    /** Of the charge's version. */
    readonly currency: string;
    /** Whose customer type's price it was, where it was one. */
    readonly customerTypeId?: string;
    /** The organization's own key was billed, by its own list. */
    readonly ownCost: boolean;
  };
}

export interface DatedRate {
  readonly fxRateId: string;
  readonly base: string;
  readonly quote: string;
  /** Major units of `quote` for one of `base`. */
  readonly rate: Rational;
  /** Milliseconds since 1970. */
  readonly observedAt: number;
}

export interface KnownNow {
  readonly book: PriceBook;
  /** The newest of each pair last. */
  readonly exchange: readonly DatedRate[];
}

export type RatedAnew =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly line: AdjustmentLine }
  /** It stays as it is. */
  | { readonly kind: 'unratable'; readonly why: string };

export function rateAnew(call: RatedCall, known: KnownNow): RatedAnew {
  const { record, register } = call;
  const charge = sideAnew(call, chargeAnew(call, known), call.record.charge.receipt);
  const cost = sideAnew(call, costAnew(call, known), call.record.cost.receipt);
  if ('why' in charge) return { kind: 'unratable', why: `Its charge ${charge.why}` };
  if ('why' in cost) return { kind: 'unratable', why: `Its cost ${cost.why}` };
  const before: Rated = {
    total: register.total,
    cost: register.cost,
    costCurrency: register.costCurrency,
    chargeReceipt: call.chargeReceipt,
    costReceipt: call.costReceipt,
  };
  const after: Rated = {
    total: chargedTotal({ outcome: record.outcome, receipt: charge.receipt, held: record.held }),
    cost: costTotal(cost.receipt),
    costCurrency: cost.receipt.currency,
    chargeReceipt: charge.receipt,
    costReceipt: cost.receipt,
  };
  if (!differs(before, after)) return { kind: 'same' };
  const { requestId, eventId: recordId } = record;
  const pins = { ...record.pins, charge: charge.pin, cost: cost.pin };
  return { kind: 'changed', line: { requestId, recordId, provider: register.provider, before, after, pins } };
}

// A receipt that is complete now is worth a line, though it comes to the same.
function differs(before: Rated, after: Rated): boolean {
  return (
    before.total !== after.total ||
    before.cost !== after.cost ||
    before.costCurrency !== after.costCurrency ||
    before.chargeReceipt.complete !== after.chargeReceipt.complete ||
    before.costReceipt.complete !== after.costReceipt.complete
  );
}

interface Found {
  readonly terms: Terms;
  readonly subTerms: SubTerms;
  readonly pin: PinnedPrice;
}
interface Missing {
  readonly why: string;
}

function chargeAnew(call: RatedCall, { book, exchange }: KnownNow): Found | Missing {
  const { record, organizationId, pinned } = call;
  const atMs = Date.parse(record.facts.occurred_at);
  const customerTypeId = record.pins.customerTypeId ?? pinned.customerTypeId;
  const payer = {
    ...(organizationId === undefined ? {} : { organizationId }),
    ...(customerTypeId === undefined ? {} : { customerTypeId }),
  };
  const ownKey = record.pins.ownKey === true;
  const price = ownKey
    ? (book.chargeFor(ownKeyFeeName, payer, atMs) ?? noFee(record.pins.charge.currency))
    : book.chargeFor(record.name, payer, atMs);
  if (!price) return { why: `has no price that counted then: nothing is listed for ${record.name}.` };
  const { currency, conversion } = record.pins.charge;
  const from = price.currency.code;
  const rates = ratesThen(exchange, currency, atMs);
  const subTerms: SubTerms = (model) =>
    ownKey ? { price: noFee(currency) } : convertedTerms(book.chargeFor(model, payer, atMs), rates);
  // The rate that was pinned stays, as long as it is one between the same currencies.
  if (conversion && from === pinned.currency) {
    const rate = { fxRateId: conversion.fxRateId, rate: parseExact(conversion.rate), to: currencyOf(currency) };
    return { terms: { price, conversion: rate }, subTerms, pin: { versionId: price.id, currency, conversion } };
  }
  const terms = convertedTerms(price, rates);
  if (!terms) return { why: `cannot be converted: there was no exchange rate from ${from} to ${currency} then.` };
  return { terms, subTerms, pin: pinOf(terms, currency) };
}

function costAnew({ record, organizationId, pinned }: RatedCall, { book, exchange }: KnownNow): Found | Missing {
  const atMs = Date.parse(record.facts.occurred_at);
  const { provider } = record;
  const isOwn = pinned.ownCost || record.pins.ownKey === true;
  const ownCost = (name: string): PreparedPrice | undefined =>
    organizationId === undefined
      ? undefined
      : ownCostOf(book, organizationId, { name, model: name, provider: { name: provider } }, atMs);
  const subPriceOf = (model: string): PreparedPrice | undefined =>
    isOwn ? ownCost(model) : listedCostOf(book, { provider, model }, atMs);
  // What nobody knew the cost of then may have been listed since, or not.
  const unlisted = record.pins.cost.versionId === unknownCost.id ? unknownCost : undefined;
  const price = isOwn ? (ownCost(record.model) ?? unlisted) : book.costFor(record.model, atMs);
  if (!price) return { why: `has no price that counted then: nothing is listed for ${record.model}.` };
  const currency = price.currency.code;
  const rates = ratesThen(exchange, currency, atMs);
  return {
    // A provider's own word on its bill counts as far as the price says; what was agreed with it stays.
    terms: { price, reportedCost: price.reportedCost, ...agreedBy(record.pins.cost) },
    subTerms: (model) => convertedTerms(subPriceOf(model), rates),
    pin: { versionId: price.id, currency, ...agreementOf(agreedBy(record.pins.cost)) },
  };
}

interface RatesThen {
  readonly currency: string;
  readonly from: (base: string) => DatedRate | undefined;
}

function ratesThen(exchange: readonly DatedRate[], currency: string, atMs: number): RatesThen {
  return {
    currency,
    from: (base) =>
      exchange.findLast((each) => each.base === base && each.quote === currency && each.observedAt <= atMs),
  };
}

function convertedTerms(price: PreparedPrice | undefined, { currency, from }: RatesThen): Terms | undefined {
  if (!price || price.currency.code === currency) return price && { price };
  const found = from(price.currency.code);
  return found && { price, conversion: { fxRateId: found.fxRateId, rate: found.rate, to: currencyOf(currency) } };
}

function pinOf({ price, conversion }: Terms, currency: string): PinnedPrice {
  if (!conversion) return { versionId: price.id, currency };
  const { fxRateId, rate: factor } = conversion;
  return { versionId: price.id, currency, conversion: { fxRateId, rate: exactText(factor) } };
}

/** The units of counters that the call was given stay its own, however often it is rated: others have been given the rest. */
function sideAnew(
  { record: { usage, facts } }: RatedCall,
  found: Found | Missing,
  before: Receipt,
): { readonly receipt: Receipt; readonly pin: PinnedPrice } | Missing {
  if ('why' in found) return found;
  const { terms, subTerms, pin } = found;
  try {
    const allocations = allocationsOf(before.allocations);
    const why = whyUncounted(counterUses({ ...terms, subTerms, usage, facts }), allocations);
    if (why !== undefined) return { why };
    return { receipt: rate({ ...terms, subTerms, usage, facts, allocations }), pin };
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return { why: `cannot be rated: ${error.message}` };
  }
}

// Which units would have been the call's own is not known: their numbers may have gone to calls that were settled since.
function whyUncounted(uses: readonly CounterUse[], given: readonly Allocation[]): string | undefined {
  for (const { counter, period, units } of uses) {
    const own = given.find((each) => each.counter === counter && each.period === period);
    const counted = sizeOf(own?.ranges ?? []);
    if (counted >= units) continue;
    return (
      `cannot be rated by a price that counts what nobody counted then: ${units} units of ${counter} in ${period} would be ` +
      `charged, and ${counted} were given to the call when it was made.`
    );
  }
  return undefined;
}
