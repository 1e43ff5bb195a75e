// A key's secret with the key, its owners and its wallet, as one row; and who that makes of the caller.
import type { Caller } from '#core/keys/caller.ts';
import type { LimitOwner, Limits } from '#core/limits/limits.ts';
import { tighter } from '#core/routing/effective.ts';
import { configuredBy } from './configured.ts';
import { currencyOf } from '#core/money/currency.ts';
import { limitsOf } from './limits.ts';

export interface CallerColumns {
  readonly key_hash: string;
  readonly key_prefix: string;
  readonly expires_at: Date | null;
  readonly id: string;
  readonly name: string;
  readonly wallet_id: string;
  readonly currency: string;
  readonly user_id: string | null;
  readonly organization_id: string | null;
  readonly customer_type_id: string | null;
  readonly is_active: boolean;
  readonly revoked: boolean;
  readonly user_status: 'pending' | 'active' | 'canceled' | null;
  readonly organization_status: 'active' | 'disabled' | null;
  readonly only_priced_names: boolean;
  readonly byok_policy: 'first' | 'fallback' | 'off';
  readonly may_see_cost: boolean;
  readonly overspend_policy: 'clamp' | 'strict';
  readonly default_output_tokens: number | null;
  readonly allowed_models: readonly string[] | null;
  readonly key_limits: unknown;
  readonly user_limits: unknown;
  readonly organization_limits: unknown;
  readonly config_data: unknown;
  readonly computed_config: unknown;
  readonly inherited: unknown;
  readonly changed_at: string;
}

export const callerChangedAt = 'greatest(key.updated_at, key.computed_at, owner.updated_at, organization.updated_at)';

// A user's key belongs to the user's organization too: its limits and its standing hold for it.
export const callerColumns = `
  secret.key_hash, secret.key_prefix, secret.expires_at, key.id, key.name, key.wallet_id, wallet.currency,
  key.user_id, organization.id as organization_id,
  coalesce(organization.customer_type_id, owner.customer_type_id) as customer_type_id,
  key.is_active, key.revoked_at is not null as revoked, owner.status as user_status,
  organization.status as organization_status, coalesce(organization.only_priced_names, false) as only_priced_names,
  case when customer_type.byok_allowed then coalesce(organization.byok_policy, 'first') else 'off' end as byok_policy,
  key.may_see_cost, key.overspend_policy, key.default_output_tokens,
  key.allowed_models, key.limits as key_limits, owner.limits as user_limits, organization.limits as organization_limits,
  key.config_data, key.computed_config, key.inherited, ${callerChangedAt}::text as changed_at`;

export const callerTables = `
  faregate.virtual_key key
  join faregate.key_secret secret on secret.virtual_key_id = key.id
  join faregate.wallet on wallet.id = key.wallet_id
  left join faregate.user_profile owner on owner.id = key.user_id
  left join faregate.organization on organization.id = coalesce(key.organization_id, owner.organization_id)
  left join faregate.customer_type
    on customer_type.id = coalesce(organization.customer_type_id, owner.customer_type_id)`;

export function callerOf(row: CallerColumns): Caller {
  const configured = configuredBy(row);
  const { limitOwners, unreadable } = limitOwnersOf(row, configured.ownLimits);
  const refusedBecause = refusalOf(row) ?? unreadable ?? configured.refused;
  return {
    virtualKeyId: row.id,
    keyHash: row.key_hash,
    keyName: row.name,
    keyPrefix: row.key_prefix,
    walletId: row.wallet_id,
    currency: row.currency,
    ...(row.organization_id === null ? undefined : { organizationId: row.organization_id }),
    ...(row.user_id === null ? undefined : { userId: row.user_id }),
    ...(row.customer_type_id === null ? undefined : { customerTypeId: row.customer_type_id }),
    ...(row.only_priced_names ? { onlyPricedNames: true } : undefined),
    ...(row.byok_policy === 'off' ? undefined : { byokPolicy: row.byok_policy }),
    ...(refusedBecause === undefined ? undefined : { refusedBecause }),
    ...(row.expires_at === null ? undefined : { expiresAt: row.expires_at.getTime() }),
    maySeeCost: row.may_see_cost,
    overspendPolicy: row.overspend_policy,
    ...(row.default_output_tokens === null ? undefined : { defaultOutputTokens: row.default_output_tokens }),
    ...(row.allowed_models === null ? undefined : { allowedModels: row.allowed_models }),
    limitOwners: configured.limitOwners.length === 0 ? limitOwners : [...limitOwners, ...configured.limitOwners],
    ...(configured.routing === undefined ? undefined : { routing: configured.routing }),
  };
}

function refusalOf(row: CallerColumns): string | undefined {
  if (row.revoked) return 'This key has been revoked. Use another key.';
  if (!row.is_active) return 'This key is inactive. Ask the operator to activate it.';
  if (row.user_status === 'pending') return 'The user of this key has not been confirmed yet.';
  if (row.user_status === 'canceled') return 'The user of this key has been canceled.';
  if (row.organization_status === 'disabled') return 'The organization of this key is disabled.';
  return undefined;
}

interface Limiting {
  readonly limitOwners: readonly LimitOwner[];
  readonly unreadable?: string;
}

function limitOwnersOf(row: CallerColumns, configured: Limits | undefined): Limiting {
  const carriers = [
    { kind: 'key', label: 'virtual_key', id: row.id, document: row.key_limits },
    { kind: 'user', label: 'user', id: row.user_id, document: row.user_limits },
    { kind: 'organization', label: 'organization', id: row.organization_id, document: row.organization_limits },
  ];
  const currency = currencyOf(row.currency);
  const limitOwners: LimitOwner[] = [];
  for (const { kind, label, id, document } of carriers) {
    if (id === null) continue;
    try {
      const own = limitsOf(document, currency);
      const limits = kind === 'key' && configured ? tighter(own, configured) : own;
      if (Object.keys(limits).length > 0) limitOwners.push({ scope: `${kind}:${id}`, label, limits });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { limitOwners: [], unreadable: `The limits of this ${label} do not read. Ask the operator to set them.` };
    }
  }
  return { limitOwners };
}
