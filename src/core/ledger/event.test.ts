import { describe, expect, test } from 'vitest';
import { amount, zero } from '../money/amount.ts';
import { appendEvent, canonicalText, type Change, type WalletHead } from './event.ts';
import { postingsOf } from './posting.ts';

const head: WalletHead = { walletId: 'w', currency: 'usd', balance: zero, seq: 0n, hash: '' };
const digest = (text: string): string => `#${text.length}:${text}`;
const topUp: Change = { eventId: 'a', kind: 'top_up', amount: amount(10n), reference: 'r', occurredAt: 1000 };
const charge: Change = { eventId: 'b', kind: 'charge', amount: amount(-4n), requestId: 'q', occurredAt: 2000.75 };

describe('appendEvent', () => {
  test('each event begins where the last one ended', () => {
    const first = appendEvent(head, topUp, digest);
    const second = appendEvent(first.head, charge, digest);
    expect(first.event).toMatchObject({ seq: 1n, balanceBefore: 0n, balanceAfter: 10n, prevHash: '' });
    expect(second.event).toMatchObject({ seq: 2n, balanceBefore: 10n, balanceAfter: 6n, prevHash: first.event.hash });
    expect(second.head).toEqual({ ...head, seq: 2n, balance: 6n, hash: second.event.hash });
    expect(second.event.hash).toBe(digest(canonicalText(second.event)));
  });

  test('time is kept in whole milliseconds, as the hash says it', () => {
    expect(appendEvent(head, charge, digest).event.occurredAt).toBe(2000);
  });

  test('the hash changes with whatever is of money, and not with words', () => {
    const hashOf = (change: Partial<Change>) => appendEvent(head, { ...topUp, ...change }, digest).event.hash;
    const before = hashOf({});
    for (const change of [{ eventId: 'x' }, { amount: amount(11n) }, { occurredAt: 1 }, { kind: 'refund' } as const]) {
      expect(hashOf(change)).not.toBe(before);
    }
    expect(hashOf({ description: 'for lunch' })).toBe(before);
  });

  test('a balance beyond what can be counted is refused', () => {
    expect(() => appendEvent({ ...head, balance: amount(8n * 10n ** 18n) }, topUp, digest)).toThrow(RangeError);
  });
});

describe('postingsOf', () => {
  const { event } = appendEvent(head, charge, digest);

  test('a charge has two sides, and its cost two more', () => {
    const legs = postingsOf(event, [{ provider: 'north', currency: 'cny', amount: amount(3n) }]);
    expect(legs.map(({ leg, account, currency, amount }) => [leg, account, currency, amount])).toEqual([
      [1, 'wallet', 'usd', -4n],
      [2, 'revenue', 'usd', 4n],
      [3, 'provider_cost', 'cny', 3n],
      [4, 'payable:north', 'cny', -3n],
    ]);
  });

  test('a cost of nothing has no legs', () => {
    expect(postingsOf(event, [{ provider: 'north', currency: 'usd', amount: zero }])).toHaveLength(2);
  });
});
