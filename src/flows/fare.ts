// What a call may cost: the route behind its name, the prices that apply, and the most they can come to.
import { callBounds } from '#core/call/bounds.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Catalog, findExchangeRate, type ModelKind, type Route, type Target } from '#core/catalog/catalog.ts';
import { agreedWith } from '#core/catalog/cost-plans.ts';
import { listedCostOf } from '#core/catalog/listed-cost.ts';
import { Failure } from '#core/failure.ts';
import { type Caller, mayCall } from '#core/keys/caller.ts';
import { agreementOf } from '#core/ledger/agreed.ts';
import type { PinnedPrice } from '#core/ledger/entry.ts';
import { currencyOf } from '#core/money/currency.ts';
import { exactText } from '#core/pricing/decimal.ts';
import type { PreparedPrice } from '#core/pricing/prepare.ts';
import { type Quote, type QuoteBounds, quote } from '#core/pricing/quote.ts';
import type { SubTerms, Terms } from '#core/pricing/terms.ts';
import type { CallFacts } from '#core/usage/usage.ts';

export interface PricedTarget {
  readonly target: Target;
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

/** @throws Failure `unknown_model`, `unpriced`, `invalid_parameter`. */
export function fareOf(catalog: Catalog, caller: Caller, call: ModelCall, nowMs: number): CallFare {
  const route = routeOf(catalog, caller, call);
  const facts: CallFacts = { ...call.facts, occurred_at: new Date(nowMs).toISOString() };
  const price = catalog.prices.chargeFor(call.name, caller, nowMs);
  if (!price && caller.onlyPricedNames === true) throw unknownModel(call);
  const charge = termsOf(catalog, price, caller.currency, call.name);
  const bounds = callBounds(call, caller, route);
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
    ...(call.without === undefined ? {} : { without: call.without }),
  };
  const quoted = quote({ ...charge, facts, bounds: quoteBounds });
  refuseUnpriced(call, quoted);
  const usually = call.usualFacts && { ...call.usualFacts, ...facts };
  // By these it is rated unless the answer says otherwise: a price that leaves them out would give it away.
  if (usually) refuseUnpriced(call, quote({ ...charge, facts: usually, bounds: quoteBounds }));
  return {
    route,
    // What a provider bills us is kept in its list's own currency.
    targets: route.targets.map((target) => pricedTarget(catalog, target, nowMs)),
    charge,
    subCharge: (model) => convertedTerms(catalog, catalog.prices.chargeFor(model, caller, nowMs), caller.currency),
    quote: quoted,
    promptTokensMax: bounds.promptTokens,
    outputTokensMax: bounds.outputTokensPerChoice,
    facts: usually ?? facts,
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

export function routeOf(catalog: Catalog, caller: Caller, call: ModelCall): Route {
  const route = mayCall(caller, call.name) ? catalog.routes.get(call.name) : undefined;
  if (!route || route.targets.length === 0) throw unknownModel(call);
  if (route.kind !== call.kind) {
    const does = `The model "${call.name}" ${pathOf(route.kind)}.`;
    throw new Failure('invalid_parameter', does, { param: 'model' });
  }
  return route;
}

/** The same answer for a name that is not there and one that this key may not call. */
function unknownModel({ name }: ModelCall): Failure {
  return new Failure('unknown_model', `The model "${name}" does not exist, or this key may not call it.`, {
    param: 'model',
  });
}

function pathOf(kind: ModelKind): string {
  const path = paths[kind];
  return path === undefined ? `is one for ${kind}, which has no address here` : `answers at ${path}`;
}

const paths: Readonly<Partial<Record<ModelKind, string>>> = {
  chat: '/v1/chat/completions',
  embedding: '/v1/embeddings',
  image: '/v1/images/generations',
  speech: '/v1/audio/speech',
  transcription: '/v1/audio/transcriptions',
};

function pricedTarget(catalog: Catalog, target: Target, nowMs: number): PricedTarget {
  const price = catalog.prices.costFor(target.name, nowMs);
  if (!price) throw unpriced(target.name, ' (no list price)');
  const { currency } = price;
  const provider = target.provider.name;
  return {
    target,
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
