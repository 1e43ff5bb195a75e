// What a call may cost: the route behind its name, the prices that apply, and the most they can come to.
import { callBounds } from '#core/call/bounds.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Catalog, findExchangeRate, type Route, type Target } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import { type Caller, mayCall } from '#core/keys/caller.ts';
import type { PinnedPrice } from '#core/ledger/entry.ts';
import { currencyOf } from '#core/money/currency.ts';
import { exactText } from '#core/pricing/decimal.ts';
import type { PreparedPrice } from '#core/pricing/prepare.ts';
import { type Quote, quote } from '#core/pricing/quote.ts';
import type { Terms } from '#core/pricing/rate.ts';
import type { CallFacts } from '#core/usage/usage.ts';

export interface PricedTarget {
  readonly target: Target;
  readonly cost: Terms;
}

export interface CallFare {
  readonly route: Route;
  readonly targets: readonly PricedTarget[];
  readonly charge: Terms;
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
  const charge = termsOf(catalog, catalog.prices.chargeFor(call.name, caller, nowMs), caller.currency, call.name);
  const bounds = callBounds(call, caller, route);
  if (!bounds) {
    throw new Failure(
      'invalid_parameter',
      `"${call.name}" has no context window on record, so the cost of the attached files cannot be bounded. ` +
        'The operator can set its context_window.',
      { param: 'messages' },
    );
  }
  const quoted = quote({
    ...charge,
    facts,
    bounds: {
      promptTokensMax: bounds.promptTokens,
      outputTokensMax: bounds.outputTokensPerChoice,
      choices: call.choices,
    },
  });
  if (quoted.unpriced.length > 0) throw unpriced(call.name, ` (no price for ${quoted.unpriced.join(', ')})`);
  return {
    route,
    // What a provider bills us is kept in its list's own currency.
    targets: route.targets.map((target) => ({ target, cost: costOf(catalog, target, nowMs) })),
    charge,
    quote: quoted,
    promptTokensMax: bounds.promptTokens,
    outputTokensMax: bounds.outputTokensPerChoice,
    facts,
  };
}

function routeOf(catalog: Catalog, caller: Caller, call: ModelCall): Route {
  const route = mayCall(caller, call.name) ? catalog.routes.get(call.name) : undefined;
  // The same answer for a name that is not there and one that this key may not call.
  if (!route || route.targets.length === 0) {
    throw new Failure('unknown_model', `The model "${call.name}" does not exist, or this key may not call it.`, {
      param: 'model',
    });
  }
  if (route.kind !== call.kind) {
    const wanted = route.kind === 'chat' ? '/v1/chat/completions' : '/v1/embeddings';
    throw new Failure('invalid_parameter', `The model "${call.name}" answers at ${wanted}.`, { param: 'model' });
  }
  return route;
}

function costOf(catalog: Catalog, target: Target, nowMs: number): Terms {
  const price = catalog.prices.costFor(target.name, nowMs);
  if (!price) throw unpriced(target.name, ' (no list price)');
  return { price };
}

function termsOf(catalog: Catalog, price: PreparedPrice | undefined, currency: string, name: string): Terms {
  if (!price) throw unpriced(name, '');
  if (price.currency.code === currency) return { price };
  const exchange = findExchangeRate(catalog, price.currency.code, currency);
  if (!exchange) throw unpriced(name, ` (no exchange rate from ${price.currency.code} to ${currency})`);
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
export function pinOf({ price, conversion }: Terms): PinnedPrice {
  return {
    versionId: price.id,
    currency: conversion?.to.code ?? price.currency.code,
    ...(conversion ? { conversion: { fxRateId: conversion.fxRateId, rate: exactText(conversion.rate) } } : {}),
  };
}
