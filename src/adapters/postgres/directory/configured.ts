// What a key's effective configuration makes of its caller; a key that cannot be read may not call, for its limits could not hold.
import type { LimitOwner, Limits } from '#core/limits/limits.ts';
import { type Currency, currencyOf } from '#core/money/currency.ts';
import type { RoutingConfig } from '#core/routing/config.ts';
import { controlsIn } from '#core/routing/controls.ts';
import { readInherited } from '#core/routing/effective.ts';
import { readConfig, routingIn } from '#core/routing/read-config.ts';
import { isFields } from '#core/usage/counts.ts';

interface ConfigColumns {
  readonly currency: string;
  readonly config_data: unknown;
  readonly computed_config: unknown;
  readonly inherited: unknown;
}

export interface Configured {
  readonly routing?: RoutingConfig;
  /** The key's own. */
  readonly ownLimits?: Limits;
  /** Its ancestors', each of which counts all keys below it. */
  readonly limitOwners: readonly LimitOwner[];
  readonly refused?: string;
}

const unconfigured: Configured = { limitOwners: [] };

export function configuredBy({ currency: code, config_data, computed_config, inherited }: ConfigColumns): Configured {
  if (isEmpty(computed_config) && isEmpty(config_data) && isEmpty(inherited)) return unconfigured;
  try {
    const { refused, holders } = readInherited(inherited);
    if (refused !== undefined) return { limitOwners: [], refused };
    const currency = currencyOf(code);
    const own = readConfig(config_data);
    const routing = isFields(computed_config) ? routingIn(computed_config) : undefined;
    if (own.kind === 'wrong' || routing?.kind !== 'read') return unreadable;
    const ownLimits = controlsIn(own.document, currency);
    return {
      limitOwners: holders.flatMap(({ id, controls }) => ownersOf(id, controlsIn(controls, currency), currency)),
      ...(ownLimits === undefined ? undefined : { ownLimits }),
      ...(routing.routing === undefined ? undefined : { routing: routing.routing }),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return unreadable;
  }
}

const unreadable: Configured = {
  limitOwners: [],
  refused: 'The configuration of this key does not read. Ask the operator to look at it.',
};

// Keys below one node may pay from wallets of several currencies, whose amounts cannot be counted together.
function ownersOf(nodeId: string, limits: Limits | undefined, currency: Currency): readonly LimitOwner[] {
  if (!limits) return [];
  const { budgets, moneyPerMinute, minBalance, ...counts } = limits;
  const money: Limits = {
    ...(budgets === undefined ? undefined : { budgets }),
    ...(moneyPerMinute === undefined ? undefined : { moneyPerMinute }),
    ...(minBalance === undefined ? undefined : { minBalance }),
  };
  const owners: readonly LimitOwner[] = [
    { scope: `node:${nodeId}`, label: 'config_node', limits: counts },
    { scope: `node:${nodeId}:${currency.code}`, label: 'config_node', limits: money },
  ];
  return owners.filter((owner) => Object.keys(owner.limits).length > 0);
}

function isEmpty(value: unknown): boolean {
  return isFields(value) && Object.keys(value).length === 0;
}
