// Who calls: a virtual key with what its owners lend it, resolved once and kept until one of them changes.
import type { LimitOwner } from '../limits/limits.ts';
import type { RoutingConfig } from '../routing/config.ts';

export interface Caller {
  readonly virtualKeyId: string;
  readonly keyHash: string;
  readonly keyName: string;
  readonly keyPrefix: string;
  readonly walletId: string;
  readonly currency: string;
  readonly organizationId?: string;
  readonly userId?: string;
  /** The organization's, before the user's own. */
  readonly customerTypeId?: string;
  /** Names that no book of its own prices do not exist for it. */
  readonly onlyPricedNames?: boolean;
  /** Own provider keys go before the platform's, or after them; missing: there are none for it. */
  readonly byokPolicy?: 'first' | 'fallback';
  /** Why this key may not call now: inactive, its user pending or canceled, its organization disabled. */
  readonly refusedBecause?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
  readonly maySeeCost: boolean;
  /** Wallet affords less than the worst case: lower the call's limit, or refuse it. */
  readonly overspendPolicy: 'clamp' | 'strict';
  readonly defaultOutputTokens?: number;
  /** Names, or prefixes ending in `*`; missing: all. */
  readonly allowedModels?: readonly string[];
  readonly limitOwners: readonly LimitOwner[];
  /** Its effective configuration; missing: calls go where the catalogue sends them. */
  readonly routing?: RoutingConfig;
}

export type Standing = 'good' | 'expired' | 'refused';

export function standingOf(caller: Caller, nowMs: number): Standing {
  if (caller.refusedBecause !== undefined) return 'refused';
  return caller.expiresAt !== undefined && caller.expiresAt <= nowMs ? 'expired' : 'good';
}

export function mayCall(caller: Caller, name: string): boolean {
  const allowed = caller.allowedModels;
  if (!allowed) return true;
  return allowed.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : each === name));
}
