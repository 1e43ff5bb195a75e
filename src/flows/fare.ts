// What a call may cost: the route behind its name, the prices that apply, and the most they can come to.
import { callBounds } from '#core/call/bounds.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Catalog, findExchangeRate, type Route } from '#core/catalog/catalog.ts';
import { agreedWith } from '#core/catalog/cost-plans.ts';
import { listedCostOf } from '#core/catalog/listed-cost.ts';
import { Failure } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import { agreementOf } from '#core/ledger/agreed.ts';
import type { PinnedPrice } from '#core/ledger/entry.ts';
import { type Amount, amountMax } from '#core/money/amount.ts';
import { currencyOf } from '#core/money/currency.ts';
import { exactText } from '#core/pricing/decimal.ts';
import type { PreparedPrice } from '#core/pricing/prepare.ts';
import { holdFor, type Quote, type QuoteBounds, quote } from '#core/pricing/quote.ts';
import type { SubTerms, Terms } from '#core/pricing/terms.ts';
import type { BalanceMeasure } from '#core/routing/config.ts';
import { balanced } from '#core/routing/order.ts';
import type { CallFacts } from '#core/usage/usage.ts';
import type { House } from './house.ts';
import { planRoute, unknownModel, type WeighedTarget } from './plan-route.ts';

export interface PricedTarget extends WeighedTarget {
  readonly cost: Terms;
  /** What it bills for work of another model inside the call. */
  readonly subCost: SubTerms;
}

export interface CallFare {
  readonly route: Route;
  readonly targets: readonly PricedTarget[];
  readonly charge: Terms;
  /** What work of another model inside the call costs the caller. */
  readonly subCharge: SubTerms;
  readonly quote: Quote;
  readonly promptTokensMax: number;
  /** Per choice. */
  readonly outputTokensMax: number;
  readonly facts: CallFacts;
}

interface Asking {
  readonly caller: Caller;
  readonly call: ModelCall;
  readonly nowMs: number;
}

type Keepers = Pick<House, 'snapshot' | 'chooser' | 'health'>;

/** @throws Failure `unknown_model`, `unpriced`, `invalid_parameter`. */
export function fareOf(house: Keepers, { caller, call, nowMs }: Asking): CallFare {
  const { catalog } = house.snapshot;
  const plan = planRoute(catalog, { caller, call });
  const facts: CallFacts = { ...call.facts, occurred_at: new Date(nowMs).toISOString() };
  const price = catalog.prices.chargeFor(call.name, caller, nowMs);
  if (!price && caller.onlyPricedNames === true) throw unknownModel(call);
  const charge = termsOf(catalog, price, caller.currency, call.name);
  const bounds = callBounds(plan.targets, caller);
  if (!bounds) {
    throw new Failure(
      'invalid_parameter',
      `"${call.name}" has no context window on record, so the cost of the attached files cannot be bounded. ` +
        'The operator can set its context_window.',
      { param: 'messages' },
    );
  }
  const quoteBounds = {
    promptTokensMax: bounds.promptTokens,
    outputTokensMax: bounds.outputTokensPerChoice,
    choices: call.choices,
    ...(call.quantities === undefined ? {} : { quantities: call.quantities }),
    ...(call.without === undefined ? {} : { without: call.without }),
  };
  const quoted = quote({ ...charge, facts, bounds: quoteBounds });
  if (quoted.unpriced.length > 0) throw unpriced(call.name, ` (no price for ${quoted.unpriced.join(', ')})`);
  // What a provider bills us is kept in its list's own currency.
  const targets = plan.targets.map((planned) => pricedTarget(catalog, planned, nowMs));
  return {
    route: plan.route,
    targets: plan.balance
      ? balancedTargets(house, { targets, by: plan.balance, facts, bounds: quoteBounds, currency: caller.currency })
      : targets,
    charge,
    subCharge: (model) => convertedTerms(catalog, catalog.prices.chargeFor(model, caller, nowMs), caller.currency),
    quote: quoted,
    promptTokensMax: bounds.promptTokens,
    outputTokensMax: bounds.outputTokensPerChoice,
    facts,
  };
}

interface Balancing {
  readonly targets: readonly PricedTarget[];
  readonly by: BalanceMeasure;
  readonly facts: CallFacts;
  readonly bounds: QuoteBounds;
  readonly currency: string;
}

function balancedTargets(
  { snapshot: { catalog }, health, chooser }: Keepers,
  { targets, by, facts, bounds, currency }: Balancing,
): readonly PricedTarget[] {
  const costs = new Map<PricedTarget, Amount>();
  if (by === 'cost') {
    for (const priced of targets) {
      // In the caller's currency, so that they can be compared; what cannot be told comes last.
      const terms = convertedTerms(catalog, priced.cost.price, currency);
      costs.set(priced, terms ? holdFor(quote({ ...terms, facts, bounds }), bounds.outputTokensMax) : amountMax);
    }
  }
  const weighing = {
    weight: ({ weight }: PricedTarget) => weight,
    latencyMs: ({ target }: PricedTarget) => health.latencyMs(target),
    compareCost: (left: PricedTarget, right: PricedTarget) =>
      compareAmounts(costs.get(left) ?? amountMax, costs.get(right) ?? amountMax),
  };
  return balanced(targets, by, weighing, () => chooser.next());
}

function compareAmounts(left: Amount, right: Amount): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function pricedTarget(catalog: Catalog, planned: WeighedTarget, nowMs: number): PricedTarget {
  const { target } = planned;
  const price = catalog.prices.costFor(target.name, nowMs);
  if (!price) throw unpriced(target.name, ' (no list price)');
  const { currency } = price;
  const provider = target.provider.name;
  return {
    ...planned,
    cost: { ...costTerms(price), ...agreedWith(catalog.plans ?? [], provider, nowMs) },
    subCost: (model) =>
      convertedTerms(catalog, listedCostOf(catalog.prices, { provider, model }, nowMs), currency.code),
  };
}

/** A provider's bill: its own word on it counts as far as the price says. */
export function costTerms(price: PreparedPrice): Terms {
  return { price, reportedCost: price.reportedCost };
}

function termsOf(catalog: Catalog, price: PreparedPrice | undefined, currency: string, name: string): Terms {
  if (!price) throw unpriced(name, '');
  const terms = convertedTerms(catalog, price, currency);
  if (!terms) throw unpriced(name, ` (no exchange rate from ${price.currency.code} to ${currency})`);
  return terms;
}

function convertedTerms(catalog: Catalog, price: PreparedPrice | undefined, currency: string): Terms | undefined {
  if (!price) return undefined;
  if (price.currency.code === currency) return { price };
  const exchange = findExchangeRate(catalog, price.currency.code, currency);
  if (!exchange) return undefined;
  return { price, conversion: { fxRateId: exchange.fxRateId, rate: exchange.rate, to: currencyOf(currency) } };
}

function unpriced(name: string, why: string): Failure {
  return new Failure(
    'unpriced',
    `"${name}" has no price that applies${why}, so it cannot be called until the operator sets one.`,
    {
      param: 'model',
    },
  );
}

/** What is written down, so that the same terms can be found again. */
export function pinOf({ price, conversion, discount, trial }: Terms): PinnedPrice {
  return {
    versionId: price.id,
    currency: conversion?.to.code ?? price.currency.code,
    ...(conversion ? { conversion: { fxRateId: conversion.fxRateId, rate: exactText(conversion.rate) } } : {}),
    ...agreementOf({ discount, trial }),
  };
}
