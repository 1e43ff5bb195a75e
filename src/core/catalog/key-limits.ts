// What a provider allows one of its keys, as scopes of windows and slots that every attempt with it must fit into.
import type { RateScope, SlotScope } from '../limits/limits.ts';

/** From the key's own row, else from the plan that it belongs to. */
export interface KeyLimits {
  readonly requestsPerMinute?: number;
  readonly requestsPerDay?: number;
  readonly tokensPerMinute?: number;
  readonly tokensPerDay?: number;
  readonly tokensPerMonth?: number;
  readonly concurrency?: number;
}

export interface KeyScopes {
  readonly rates: readonly RateScope[];
  readonly slots: readonly SlotScope[];
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
// No month is longer, so that no stretch of one sees more than the limit.
const monthMs = 31 * dayMs;

/** `undefined` for a key that nothing limits: then nobody needs to be asked. */
export function keyScopes(providerKeyId: string, limits: KeyLimits): KeyScopes | undefined {
  const scope = `provider_key:${providerKeyId}`;
  const rate = (
    name: string,
    meter: 'requests' | 'tokens',
    windowMs: number,
    limit: number | undefined,
  ): RateScope[] =>
    limit === undefined
      ? []
      : [{ scope: `${scope}:${name}`, source: `provider_key.${name}`, meter, windowMs, limit: BigInt(limit) }];
  const rates = [
    ...rate('rpm', 'requests', minuteMs, limits.requestsPerMinute),
    ...rate('rpd', 'requests', dayMs, limits.requestsPerDay),
    ...rate('tpm', 'tokens', minuteMs, limits.tokensPerMinute),
    ...rate('tpd', 'tokens', dayMs, limits.tokensPerDay),
    ...rate('tokens_per_month', 'tokens', monthMs, limits.tokensPerMonth),
  ];
  const { concurrency } = limits;
  const slots = concurrency === undefined ? [] : [{ scope, source: 'provider_key.max_concurrent', limit: concurrency }];
  return rates.length === 0 && slots.length === 0 ? undefined : { rates, slots };
}
