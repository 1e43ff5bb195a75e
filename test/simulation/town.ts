// Who lives in the simulated town: wallets, and keys that draw on them under every kind of limit.
import { hash } from 'node:crypto';
import type { Caller } from '#core/keys/caller.ts';
import type { LimitOwner, Limits } from '#core/limits/limits.ts';
import { amount } from '#core/money/amount.ts';

export const walletIds = ['alder', 'birch', 'cedar'] as const;
export type WalletId = (typeof walletIds)[number];

/** In units of a dollar's 10⁻¹²: one for a few calls, one for many, one for very many. */
export const firstCredits: Readonly<Record<WalletId, bigint>> = {
  alder: 1_600_000_000n,
  birch: 6_000_000_000n,
  cedar: 60_000_000_000n,
};

export interface Key {
  readonly secret: string;
  readonly caller: Caller;
}

interface Holder {
  readonly wallet: WalletId;
  readonly limits?: Limits;
  readonly owners?: readonly LimitOwner[];
  readonly more?: Partial<Caller>;
}

// This user's keys draw on two wallets, and one budget stands over both.
const ada: LimitOwner = { scope: 'user:ada', label: 'user', limits: { budgets: { day: amount(2_500_000_000n) } } };
const guild: LimitOwner = {
  scope: 'organization:guild',
  label: 'organization',
  limits: { budgets: { month: amount(8_000_000_000n) }, concurrency: 3, requestsPerDay: 40 },
};

const holders: readonly Holder[] = [
  { wallet: 'alder', more: { maySeeCost: true } },
  { wallet: 'alder', owners: [ada], more: { userId: 'ada', overspendPolicy: 'strict', defaultOutputTokens: 700 } },
  {
    wallet: 'birch',
    limits: { budgets: { total: amount(4_000_000_000n) } },
    owners: [guild],
    more: { organizationId: 'guild' },
  },
  {
    wallet: 'birch',
    limits: { minBalance: amount(1_000_000_000n), tokensPerMinute: 9_000 },
    owners: [ada, guild],
    more: { userId: 'ada', organizationId: 'guild' },
  },
  { wallet: 'cedar', limits: { requestsPerMinute: 4, concurrency: 2 } },
  { wallet: 'cedar', limits: { moneyPerMinute: amount(2_500_000_000n) }, more: { overspendPolicy: 'strict' } },
  { wallet: 'cedar', limits: { tokensPerDay: 30_000 }, more: { defaultOutputTokens: 4_000 } },
  { wallet: 'cedar', more: { refusedBecause: 'Its user has left.' } },
];

export const keys: readonly Key[] = holders.map(({ wallet, limits, owners = [], more }, index) => {
  const secret = `vk_${String(index).padStart(43, '0')}`;
  const scope = `key:${index}`;
  return {
    secret,
    caller: {
      virtualKeyId: String(index),
      keyHash: hash('sha256', secret),
      keyName: `key ${index}`,
      keyPrefix: secret.slice(0, 9),
      walletId: wallet,
      currency: 'usd',
      customerTypeId: 'townsfolk',
      maySeeCost: false,
      overspendPolicy: 'clamp',
      limitOwners: [...(limits ? [{ scope, label: 'virtual_key', limits }] : []), ...owners],
      ...more,
    },
  };
});

/** Whose counters a wallet's calls may touch. */
export function scopesOn(wallets: ReadonlySet<string>): ReadonlySet<string> {
  const drawing = keys.filter(({ caller }) => wallets.has(caller.walletId));
  return new Set(drawing.flatMap(({ caller }) => caller.limitOwners.map(({ scope }) => scope)));
}
