// In which order a caller's own keys and the platform's are tried for a target, and by which prices each is charged.
import { type Catalog, isReachable, type OwnKey, type Provider, type Target } from '#core/catalog/catalog.ts';
import { noFee, ownKeyFeeName, unknownCost } from '#core/catalog/own-key-prices.ts';
import { ownCostOf } from '#core/catalog/own-cost.ts';
import type { Caller } from '#core/keys/caller.ts';
import type { PreparedPrice } from '#core/pricing/prepare.ts';

/** Whose key a target is called with. */
export type KeyTurn = { readonly own: OwnKey } | 'platform';

/**
 * A user's own keys go before those of the organization; the policy says whether the platform's come behind them or before.
 * The platform's turn stays where there is no key at all, so that the call is refused for that.
 */
export function keyTurns(catalog: Catalog, caller: Caller, { provider }: Target): readonly KeyTurn[] {
  const own = ownKeysOf(catalog, caller, provider).map((key) => ({ own: key }));
  if (own.length === 0) return ['platform'];
  if (!isReachable(provider)) return own;
  return caller.byokPolicy === 'first' ? [...own, 'platform'] : ['platform', ...own];
}

function ownKeysOf(
  { ownKeys }: Catalog,
  { byokPolicy, userId, organizationId }: Caller,
  { providerId }: Provider,
): readonly OwnKey[] {
  if (byokPolicy === undefined || ownKeys === undefined) return [];
  return [userId, organizationId].flatMap((ownerId) =>
    ownerId === undefined ? [] : (ownKeys.get(ownerId) ?? []).filter((key) => key.providerId === providerId),
  );
}

/** The same model, called with that key alone, and where its owner wants it to be called. */
export function targetWith(target: Target, key: OwnKey): Target {
  const { baseUrl } = key;
  const address = baseUrl === undefined ? {} : { baseUrl, guarded: true as const };
  return { ...target, provider: { ...target.provider, ...address, credentials: [key] } };
}

/** What the platform takes for such a call: as published for this caller, or nothing. */
export function ownKeyFee({ prices }: Catalog, caller: Caller, nowMs: number): PreparedPrice {
  return prices.chargeFor(ownKeyFeeName, { ...caller, onlyPricedNames: false }, nowMs) ?? noFee(caller.currency);
}

export interface OwnCosts {
  readonly price: PreparedPrice;
  /** Of work of another model inside the call. */
  readonly subPrice: (model: string) => PreparedPrice | undefined;
}

/** By the organization's own list; what it has not listed is not known, and nobody is refused for it. */
export function ownCosts({ prices }: Catalog, { organizationId }: Caller, target: Target, nowMs: number): OwnCosts {
  const { provider } = target;
  const costOf = (name: string, model: string): PreparedPrice | undefined =>
    organizationId === undefined ? undefined : ownCostOf(prices, organizationId, { name, model, provider }, nowMs);
  return {
    price: costOf(target.name, target.model) ?? unknownCost,
    subPrice: (model) => costOf(model, model),
  };
}
