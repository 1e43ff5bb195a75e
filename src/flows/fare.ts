// What a call may cost: the route behind its name, the prices that apply, and the most they can come to.
import { callBounds } from '#core/call/bounds.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Catalog, findExchangeRate, type OwnKey, type Route, type Target } from '#core/catalog/catalog.ts';
import { agreedWith } from '#core/catalog/cost-plans.ts';
import { listedCostOf } from '#core/catalog/listed-cost.ts';
import { noFee, ownKeyFeeName } from '#core/catalog/own-key-prices.ts';
import { Failure } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import { agreementOf } from '#core/ledger/agreed.ts';
import type { PinnedPrice } from '#core/ledger/entry.ts';
import { type Amount, amountMax } from '#core/money/amount.ts';
import { currencyOf } from '#core/money/currency.ts';
import { exactText } from '#core/pricing/decimal.ts';
import type { PreparedPrice } from '#core/pricing/prepare.ts';
import { coveringBoth, holdFor, type Quote, type QuoteBounds, quote } from '#core/pricing/quote.ts';
import type { SubTerms, Terms } from '#core/pricing/terms.ts';
import { balanced } from '#core/routing/order.ts';
import type { CallFacts } from '#core/usage/usage.ts';
import type { House } from './house.ts';
import { keyTurns, ownCosts, ownKeyFee, targetWith } from './own-keys.ts';
import { planRoute, type RoutePlan, unknownModel, type WeighedTarget } from './plan-route.ts';

export interface PricedTarget extends WeighedTarget {
  readonly charge: Terms;
  /** What work of another model inside the call costs the caller. */
  readonly subCharge: SubTerms;
  readonly cost: Terms;
  /** What it bills for work of another model inside the call. */
  readonly subCost: SubTerms;
  /** By a key of the customer's own: it pays the provider itself, and us a fee. */
  readonly ownKey?: true;
  /** The most that it can come to if this one answers. */
  readonly quote: Quote;
}

export interface CallFare {
  readonly route: Route;
  /** In the order in which they are tried; a model once for each key of the customer's own, and once for ours. */
  readonly targets: readonly PricedTarget[];
  /** Covers whichever of them answers. */
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
export function fareOf(house: Keepers, asking: Asking): CallFare {
  const { catalog } = house.snapshot;
  const { caller, call, nowMs } = asking;
  const plan = planRoute(catalog, { caller, call });
  const facts: CallFacts = { ...call.facts, occurred_at: new Date(nowMs).toISOString() };
  if (caller.onlyPricedNames === true && !catalog.prices.chargeFor(call.name, caller, nowMs)) throw unknownModel(call);
  const bounds = callBounds(plan.targets, caller);
  if (!bounds) {
    throw new Failure(
      'invalid_parameter',
      `"${call.name}" has no context window on record, so the cost of the attached files cannot be bounded. ` +
        'The operator can set its context_window.',
      { param: 'messages' },
    );
  }
  const quoteBounds: QuoteBounds = {
    promptTokensMax: bounds.promptTokens,
    outputTokensMax: bounds.outputTokensPerChoice,
    choices: call.choices,
    ...(call.quantities === undefined ? {} : { quantities: call.quantities }),
    ...(call.produces === undefined ? {} : { produces: call.produces }),
    ...(call.serviceTiers === undefined ? {} : { serviceTiers: call.serviceTiers }),
    ...(call.without === undefined ? {} : { without: call.without }),
  };
  const quoteBy: QuoteBy = (terms, known = facts) => quote({ ...terms, facts: known, bounds: quoteBounds });
  // By these it is rated unless the answer says otherwise.
  const usually = call.usualFacts && { ...call.usualFacts, ...facts };
  const planned = inOrder(house, plan, { asking, quoteBy });
  const turns = planned.flatMap((each) => keyTurns(catalog, caller, each.target).map((turn) => ({ each, turn })));
  const byOwnKey = turns.some(({ turn }) => turn !== 'platform');
  const byOurs = turns.some(({ turn }) => turn === 'platform');
  const own = byOwnKey ? ownSide(catalog, asking, quoteBy) : undefined;
  const ours = byOurs ? unlessUnpriced(byOwnKey, () => ourSide(catalog, asking, { quoteBy, usually })) : undefined;
  return {
    route: plan.route,
    targets: turns.flatMap(({ each, turn }) =>
      turn === 'platform' ? (ours?.targetOf(each) ?? []) : (own?.targetBy(withKey(each, turn.own)) ?? []),
    ),
    quote: [own, ours].flatMap((side) => side?.quote ?? []).reduce(coveringBoth),
    promptTokensMax: bounds.promptTokens,
    outputTokensMax: bounds.outputTokensPerChoice,
    facts: usually ?? facts,
  };
}

function withKey(planned: WeighedTarget, key: OwnKey): WeighedTarget {
  return { ...planned, target: targetWith(planned.target, key) };
}

type QuoteBy = (terms: Terms, facts?: CallFacts) => Quote;

/** By the platform's keys: the customer pays the price of the name, and what the provider bills us is in its list's currency. */
function ourSide(
  catalog: Catalog,
  { caller, call, nowMs }: Asking,
  { quoteBy, usually }: { readonly quoteBy: QuoteBy; readonly usually: CallFacts | undefined },
) {
  const price = catalog.prices.chargeFor(call.name, caller, nowMs);
  const charge = termsOf(catalog, price, caller.currency, call.name);
  const subCharge: SubTerms = (model) =>
    convertedTerms(catalog, catalog.prices.chargeFor(model, caller, nowMs), caller.currency);
  const quoted = quoteBy(charge);
  refuseUnpriced(call, quoted);
  // A price that leaves these out would give it away.
  if (usually) refuseUnpriced(call, quoteBy(charge, usually));
  return {
    quote: quoted,
    targetOf: (planned: WeighedTarget): PricedTarget => ({
      ...planned,
      charge,
      subCharge,
      quote: quoted,
      ...costOfTarget(catalog, planned.target, nowMs),
    }),
  };
}

function refuseUnpriced(call: ModelCall, { unpriced: missing, unbounded }: Quote): void {
  if (missing.length > 0) throw unpriced(call.name, ` (no price for ${missing.join(', ')})`);
  if (unbounded.length === 0) return;
  const why = `is priced by ${unbounded.join(', ')}, of which nobody can say beforehand how much such a call takes`;
  throw new Failure('unpriced', `"${call.name}" ${why}. The operator can price it by another measure.`, {
    param: 'model',
  });
}

function ownSide(catalog: Catalog, { caller, nowMs }: Asking, quoteBy: QuoteBy) {
  const feeOf = (fee: PreparedPrice): Terms => termsOf(catalog, fee, caller.currency, ownKeyFeeName);
  const charge = feeOf(ownKeyFee(catalog, caller, nowMs));
  const subCharge: SubTerms = () => feeOf(noFee(caller.currency));
  // A fee is for what it names; the rest of the call is between the customer and its provider.
  const quoted: Quote = { ...quoteBy(charge), unpriced: [], unbounded: [] };
  return {
    quote: quoted,
    targetBy(planned: WeighedTarget): PricedTarget {
      const { price, subPrice } = ownCosts(catalog, caller, planned.target, nowMs);
      const subCost: SubTerms = (model) => convertedTerms(catalog, subPrice(model), price.currency.code);
      return { ...planned, charge, subCharge, cost: costTerms(price), subCost, ownKey: true, quote: quoted };
    },
  };
}

/** A name that we cannot charge for may still be called with a key of the customer's own. */
function unlessUnpriced<Side>(hasOther: boolean, work: () => Side): Side | undefined {
  try {
    return work();
  } catch (error) {
    if (hasOther && error instanceof Failure && error.kind === 'unpriced') return undefined;
    throw error;
  }
}

/** As the plan says; a balanced one by what each target is like, whosever key it will be called with. */
function inOrder(
  { snapshot: { catalog }, health, chooser }: Keepers,
  { targets, balance }: RoutePlan,
  { asking, quoteBy }: { readonly asking: Asking; readonly quoteBy: QuoteBy },
): readonly WeighedTarget[] {
  if (!balance) return targets;
  const { caller, nowMs } = asking;
  const costs = new Map<WeighedTarget, Amount>();
  if (balance === 'cost') {
    for (const planned of targets) {
      // In the caller's currency, so that they can be compared; what cannot be told comes last.
      const terms = convertedTerms(catalog, catalog.prices.costFor(planned.target.name, nowMs), caller.currency);
      const quoted = terms && quoteBy(terms);
      costs.set(planned, quoted ? holdFor(quoted, quoted.outputTokensMax) : amountMax);
    }
  }
  const weighing = {
    weight: ({ weight }: WeighedTarget) => weight,
    latencyMs: ({ target }: WeighedTarget) => health.latencyMs(target),
    compareCost: (left: WeighedTarget, right: WeighedTarget) =>
      compareAmounts(costs.get(left) ?? amountMax, costs.get(right) ?? amountMax),
  };
  return balanced(targets, balance, weighing, () => chooser.next());
}

function compareAmounts(left: Amount, right: Amount): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function costOfTarget(catalog: Catalog, target: Target, nowMs: number) {
  const price = catalog.prices.costFor(target.name, nowMs);
  if (!price) throw unpriced(target.name, ' (no list price)');
  const { currency } = price;
  const provider = target.provider.name;
  return {
    cost: { ...costTerms(price), ...agreedWith(catalog.plans ?? [], provider, nowMs) },
    subCost: (model: string) =>
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
