import { expect, test } from 'vitest';
import { amount } from '../money/amount.ts';
import { type LimitOwner, scopesOf } from './limits.ts';

const atMs = Date.UTC(2026, 10, 22);
const key: LimitOwner = {
  scope: 'key:1',
  label: 'virtual_key',
  limits: {
    requestsPerMinute: 2,
    tokensPerDay: 1_000,
    moneyPerMinute: amount(5n),
    concurrency: 3,
    budgets: { day: amount(10n), total: amount(99n) },
    minBalance: amount(1n),
  },
};
const organization: LimitOwner = {
  scope: 'organization:1',
  label: 'organization',
  limits: { requestsPerDay: 0, tokensPerMinute: 7, budgets: { month: amount(50n) }, minBalance: amount(4n) },
};

test('a call must fit into every limit of everybody above it', () => {
  const scopes = scopesOf([key, organization], atMs);
  expect(scopes.rates).toEqual([
    { scope: 'key:1:rpm', source: 'virtual_key.rpm', meter: 'requests', windowMs: 60_000, limit: 2n },
    { scope: 'key:1:tpd', source: 'virtual_key.tpd', meter: 'tokens', windowMs: 86_400_000, limit: 1_000n },
    {
      scope: 'key:1:cost_per_minute',
      source: 'virtual_key.cost_per_minute',
      meter: 'money',
      windowMs: 60_000,
      limit: 5n,
    },
    { scope: 'organization:1:rpd', source: 'organization.rpd', meter: 'requests', windowMs: 86_400_000, limit: 0n },
    { scope: 'organization:1:tpm', source: 'organization.tpm', meter: 'tokens', windowMs: 60_000, limit: 7n },
  ]);
  expect(scopes.slots).toEqual([{ scope: 'key:1', source: 'virtual_key.max_concurrent', limit: 3 }]);
  expect(scopes.budgets).toEqual([
    { scope: 'key:1', period: '2026-11-22', source: 'virtual_key.budget.day', limit: 10n },
    { scope: 'key:1', period: 'total', source: 'virtual_key.budget.total', limit: 99n },
    { scope: 'organization:1', period: '2026-11', source: 'organization.budget.month', limit: 50n },
  ]);
});

test('of several amounts that must stay in the wallet the largest holds', () => {
  expect(scopesOf([key, organization], atMs).minBalance).toBe(4n);
  expect(scopesOf([organization, key], atMs).minBalance).toBe(4n);
});

test('who has no limits is not limited', () => {
  expect(scopesOf([{ scope: 'user:1', label: 'user', limits: {} }], atMs)).toEqual({
    rates: [],
    slots: [],
    budgets: [],
    minBalance: undefined,
  });
});

test('no two limits share a window', () => {
  const scopes = scopesOf([key, organization], atMs).rates.map(({ scope }) => scope);
  expect(new Set(scopes).size).toBe(scopes.length);
});
