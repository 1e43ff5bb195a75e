import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amount } from '../money/amount.ts';
import { register, type RequestCharge } from './register.ts';

function word(total: bigint, said: Partial<RequestCharge> = {}): RequestCharge {
  return {
    total: amount(total),
    cost: amount(total / 2n),
    costCurrency: 'usd',
    provider: 'north',
    final: true,
    revision: 0,
    ...said,
  };
}

const estimate = (total: bigint, revision: number) => word(total, { final: false, revision });

describe('register', () => {
  test('the first word is booked whole', () => {
    expect(register(undefined, word(10n))).toEqual({
      kind: 'booked',
      register: word(10n),
      charge: 10n,
      costs: [{ provider: 'north', currency: 'usd', amount: 5n }],
    });
  });

  test('the final word books the difference to the estimate, down as well as up', () => {
    expect(register(estimate(10n, 1), word(4n))).toMatchObject({ charge: -6n, costs: [{ amount: -3n }] });
    expect(register(estimate(4n, 1), word(10n))).toMatchObject({ charge: 6n, costs: [{ amount: 3n }] });
  });

  test('nothing replaces the final word, and no estimate a later one', () => {
    expect(register(word(10n), word(11n))).toEqual({ kind: 'superseded' });
    expect(register(word(10n), estimate(11n, 9))).toEqual({ kind: 'superseded' });
    expect(register(estimate(10n, 2), estimate(11n, 1))).toEqual({ kind: 'superseded' });
    expect(register(estimate(10n, 2), estimate(11n, 2))).toEqual({ kind: 'superseded' });
    expect(register(estimate(10n, 2), estimate(11n, 3))).toMatchObject({ kind: 'booked', charge: 1n });
  });

  test('what was owed to another provider, or in another currency, is taken back whole', () => {
    const before = estimate(10n, 1);
    const costsOf = (said: Partial<RequestCharge>) => register(before, word(8n, said));
    const takenBack = { provider: 'north', currency: 'usd', amount: -5n };
    expect(costsOf({ provider: 'south' })).toMatchObject({
      charge: -2n,
      costs: [takenBack, { provider: 'south', currency: 'usd', amount: 4n }],
    });
    expect(costsOf({ costCurrency: 'cny' })).toMatchObject({
      costs: [takenBack, { provider: 'north', currency: 'cny', amount: 4n }],
    });
  });

  test('any order of any repeats ends at the best word, and the differences add up to it', () => {
    const words = [word(7n, { provider: 'south' }), estimate(3n, 1), estimate(9n, 2), estimate(5n, 3)];
    fc.assert(
      fc.property(fc.array(fc.nat(words.length - 1), { minLength: 1, maxLength: 20 }), (order) => {
        let before: RequestCharge | undefined;
        let charged = 0n;
        const owed = new Map<string, bigint>();
        for (const index of order) {
          const said = words[index];
          const outcome = said ? register(before, said) : undefined;
          if (outcome?.kind !== 'booked') continue;
          before = outcome.register;
          charged += outcome.charge;
          for (const cost of outcome.costs) owed.set(cost.provider, (owed.get(cost.provider) ?? 0n) + cost.amount);
        }
        const best = order.includes(0) ? words[0] : words[Math.max(...order)];
        expect(before).toEqual(best);
        expect(charged).toBe(best?.total);
        expect(owed.get(best?.provider ?? '')).toBe(best?.cost);
        for (const [provider, amount] of owed) if (provider !== best?.provider) expect(amount).toBe(0n);
      }),
    );
  });
});
