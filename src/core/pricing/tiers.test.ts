import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAmount, currencyOf } from '#core/money/currency.ts';
import { parseDecimal, rational, times } from '#core/money/rational.ts';
import { estimatedUsage, type Usage } from '#core/usage/usage.ts';
import { difference, lowestFree, sizeOf, union, type UnitRanges } from '#core/usage/unit-range.ts';
import type { PriceComponent, PriceVersion } from './component.ts';
import { allocationsOf, counterUses } from './counted.ts';
import { preparePrice } from './prepare.ts';
import { freeUnitsFor, holdFor, quote } from './quote.ts';
import { rate } from './rate.ts';
import { type Receipt, receiptFromJson, type ReceiptJson, receiptToJson, sameReceipt } from './receipt.ts';
import { validatePriceVersion } from './validate.ts';

const facts = { occurred_at: '2026-11-16T12:00:00Z' };
const usd = currencyOf('usd');

function component(more: Partial<PriceComponent>): PriceComponent {
  return { meter: 'input', price: '3', per: '1000000', currency: 'usd', ...more };
}

function version(components: readonly PriceComponent[], more: Partial<PriceVersion> = {}): PriceVersion {
  return {
    id: 'version-1',
    rowId: 'row-1',
    subject: { kind: 'model', name: 'maker/model' },
    book: 'list',
    currency: 'usd',
    components,
    modifiers: [],
    validFrom: '2026-01-01T00:00:00Z',
    recordedAt: '2026-01-01T00:00:00Z',
    ...more,
  };
}

function tokens(prompt_tokens: number, completion_tokens = 0, more: Partial<Usage> = {}): Usage {
  const counted = estimatedUsage({ prompt_tokens, completion_tokens, method: 'test', raw: null });
  return { ...counted, status: 'reported', ...more };
}

/** Counters as a store keeps them: calls are given the lowest numbers that are free, in the order in which they end. */
class Counters {
  readonly taken = new Map<string, UnitRanges>();

  rate(price: ReturnType<typeof preparePrice>, usage: Usage): Receipt {
    const allocations = counterUses({ price, usage, facts }).map(({ counter, period, units }) => {
      const key = `${counter} ${period}`;
      const ranges = lowestFree(this.taken.get(key) ?? [], units);
      this.taken.set(key, union(this.taken.get(key) ?? [], ranges));
      return { counter, period, ranges };
    });
    return rate({ price, usage, facts, allocations });
  }

  giveBack(receipt: Receipt): void {
    for (const { counter, period, ranges } of allocationsOf(receipt.allocations)) {
      const key = `${counter} ${period}`;
      this.taken.set(key, difference(this.taken.get(key) ?? [], ranges));
    }
  }
}

const charged = ({ total, adjustment }: Receipt): bigint => total + (adjustment ?? 0n);
const sum = (receipts: readonly Receipt[]) => receipts.reduce((all, each) => all + charged(each), 0n);

describe('free units', () => {
  const price = preparePrice(version([component({ allowance: { limit: '1000', period: 'day' } })]));

  test('end in the middle of a call: the receipt shows what was free and what was charged', () => {
    const counters = new Counters();
    expect(counters.rate(price, tokens(900)).total).toBe(0n);
    const crossing = counters.rate(price, tokens(300));
    expect(crossing.lines.map(({ quantity, price: each, above }) => [quantity, each, above])).toEqual([
      ['100', '0', '0'],
      ['200', '3', '1000'],
    ]);
    expect(formatAmount(crossing.total, usd)).toBe('0.0006');
    expect(crossing.allocations).toEqual([{ counter: 'row-1:input', period: '2026-11-16', ranges: [['900', '1200']] }]);
  });

  test('belong to the day in UTC on which the call began', () => {
    const late = { price, usage: tokens(1), facts: { occurred_at: '2026-11-16T23:59:59.999Z' } };
    expect(counterUses(late)).toMatchObject([{ period: '2026-11-16', units: 1n }]);
    const early = { ...late, facts: { occurred_at: '2026-11-17T00:00:00Z' } };
    expect(counterUses(early)).toMatchObject([{ period: '2026-11-17' }]);
  });

  test('are shared by components that name one counter, in the order of their lines', () => {
    const shared = { limit: '100', period: 'never', counter: 'tokens' } as const;
    const both = preparePrice(
      version([component({ allowance: shared }), component({ meter: 'output', price: '15', allowance: shared })]),
    );
    const receipt = new Counters().rate(both, tokens(80, 40));
    expect(receipt.lines.map(({ meter, quantity, price: each }) => [meter, quantity, each])).toEqual([
      ['input', '80', '0'],
      ['output', '20', '0'],
      ['output', '20', '15'],
    ]);
    expect(receipt.allocations).toEqual([{ counter: 'tokens', period: 'total', ranges: [['0', '120']] }]);
  });

  test('of seconds are counted in millionths', () => {
    const perSecond = preparePrice(
      version([
        component({ meter: 'audio_second_in', price: '1', per: '1', allowance: { limit: '10.5', period: 'month' } }),
      ]),
    );
    const usage = tokens(0, 0, { quantities: { audio_second_in: '10.75' } });
    expect(formatAmount(new Counters().rate(perSecond, usage).total, usd)).toBe('0.25');
  });
});

const bracketed = (kind: 'graduated' | 'volume') =>
  preparePrice(
    version([
      component({
        [kind]: {
          period: 'month',
          above: [
            { units: '1000', price: '2' },
            { units: '5000', price: '0.5' },
          ],
        },
      }),
    ]),
  );

test('brackets charge each unit by its place in the period', () => {
  const receipt = new Counters().rate(bracketed('graduated'), tokens(6000));
  expect(formatAmount(receipt.total, usd)).toBe('0.0115');
  expect(receipt.lines.map(({ quantity, price }) => [quantity, price])).toEqual([
    ['1000', '3'],
    ['4000', '2'],
    ['1000', '0.5'],
  ]);
});

describe('a volume price', () => {
  const price = bracketed('volume');

  test('is adjusted once, by the call that crosses the threshold', () => {
    const counters = new Counters();
    const receipts = [600, 400, 1, 100].map((units) => counters.rate(price, tokens(units)));
    expect(receipts.map((each) => each.adjustment)).toEqual([undefined, undefined, -1_000_000_000n, undefined]);
    expect(receipts[2]?.adjustments).toMatchObject([{ quantity: '1000', price: '2', instead_of: '3', above: '1000' }]);
    expect(sum(receipts)).toBe(1101n * 2_000_000n);
  });

  test('may cross two thresholds in one call', () => {
    const receipt = new Counters().rate(price, tokens(6000));
    expect(charged(receipt)).toBe(6000n * 500_000n);
    expect(receipt.adjustments).toHaveLength(2);
  });
});

const sizes = fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 12 });
const kinds = fc.constantFrom('allowance', 'graduated', 'volume');

function priceOf(kind: 'allowance' | 'graduated' | 'volume') {
  if (kind !== 'allowance') return bracketed(kind);
  return preparePrice(version([component({ allowance: { limit: '3000', period: 'day' } })]));
}

/** What a period of so many units costs by the price's definition, in pico. */
function period(kind: 'allowance' | 'graduated' | 'volume', units: number): bigint {
  const total = BigInt(units);
  const above = (from: bigint, to: bigint) => {
    const end = total < to ? total : to;
    return end > from ? end - from : 0n;
  };
  switch (kind) {
    case 'allowance':
      return above(3000n, 10n ** 18n) * 3_000_000n;
    case 'graduated':
      return above(0n, 1000n) * 3_000_000n + above(1000n, 5000n) * 2_000_000n + above(5000n, 10n ** 18n) * 500_000n;
    case 'volume':
      return total * (total > 5000n ? 500_000n : total > 1000n ? 2_000_000n : 3_000_000n);
  }
}

describe('calls that are counted', () => {
  test('cost together what their period costs, however it is cut into calls', () => {
    fc.assert(
      fc.property(kinds, sizes, (kind, units) => {
        const counters = new Counters();
        const receipts = units.map((each) => counters.rate(priceOf(kind), tokens(each)));
        expect(sum(receipts)).toBe(
          period(
            kind,
            units.reduce((all, each) => all + each, 0),
          ),
        );
      }),
    );
  });

  test('cost so too when some are rated again with less or more, and others fill the gap', () => {
    fc.assert(
      fc.property(kinds, sizes, sizes, (kind, first, second) => {
        const counters = new Counters();
        const receipts = first.map((each) => counters.rate(priceOf(kind), tokens(each)));
        const again = second.map((units, index) => {
          const before = receipts[index];
          if (before) counters.giveBack(before);
          return counters.rate(priceOf(kind), tokens(units));
        });
        const kept = [...again, ...receipts.slice(again.length)];
        const units = [...second, ...first.slice(second.length)].reduce((all, each) => all + each, 0);
        // Whoever gave numbers back may have left a gap at the end that is smaller than what others were given behind it.
        const gaps = [...counters.taken.values()].some((taken) => taken.length > 1 || (taken[0]?.from ?? 0n) > 0n);
        if (!gaps) expect(sum(kept)).toBe(period(kind, units));
        expect([...counters.taken.values()].reduce((all, taken) => all + sizeOf(taken), 0n)).toBe(BigInt(units));
      }),
    );
  });

  test('have receipts that recompute alone, and come back from JSON', () => {
    fc.assert(
      fc.property(kinds, sizes, (kind, units) => {
        const counters = new Counters();
        for (const each of units) {
          const usage = tokens(each);
          const price = priceOf(kind);
          const stored = JSON.stringify(receiptToJson(counters.rate(price, usage)));
          const receipt = receiptFromJson(JSON.parse(stored) as ReceiptJson);
          const again = rate({ price, usage, facts, allocations: allocationsOf(receipt.allocations) });
          expect(sameReceipt(again, receipt)).toBe(true);
        }
      }),
    );
  });

  test('cost at most what was held for them, whatever was counted before', () => {
    fc.assert(
      fc.property(kinds, sizes, (kind, units) => {
        const counters = new Counters();
        for (const each of units) {
          const price = priceOf(kind);
          const quoted = quote({ price, facts, bounds: { promptTokensMax: each, outputTokensMax: 0 } });
          const free = freeUnitsFor(quoted, 0).reduce((sum, one) => sum + one.units * one.price, 0n);
          expect(charged(counters.rate(price, tokens(each)))).toBeLessThanOrEqual(holdFor(quoted, 0) + free);
        }
      }),
    );
  });
});

test('a receipt that was given other units than it charges does not recompute', () => {
  const price = priceOf('allowance');
  const given = (from: bigint, to: bigint) => [
    { counter: 'row-1:input', period: '2026-11-16', ranges: [{ from, to }] },
  ];
  expect(() => rate({ price, usage: tokens(10), facts, allocations: given(0n, 9n) })).toThrow(RangeError);
  expect(() => rate({ price, usage: tokens(10), facts, allocations: given(0n, 11n) })).toThrow(RangeError);
  expect(() => rate({ price, usage: tokens(10), facts, allocations: [] })).toThrow(RangeError);
});

test('a modifier changes brackets too', () => {
  const half = preparePrice(
    version([component({ allowance: { limit: '10', period: 'day' } })], {
      modifiers: [{ factor: '0.5', applies_to: 'all', reason: 'committed use' }],
    }),
  );
  const expected = times(parseDecimal('1.5'), rational(1_000_000n * 5n));
  expect(rate({ price: half, usage: tokens(15), facts }).total).toBe(expected.numerator);
});

describe('what cannot be counted is refused', () => {
  const above = [{ units: '1000', price: '2' }];
  test.each<[string, Partial<PriceComponent>, string]>([
    ['two at once', { allowance: { limit: '1', period: 'day' }, volume: { period: 'day', above } }, 'components[0]'],
    ['no limit', { allowance: { limit: '0', period: 'day' } }, 'components[0].allowance.limit'],
    ['half a token', { allowance: { limit: '0.5', period: 'day' } }, 'components[0].allowance.limit'],
    ['a week', { allowance: { limit: '5', period: 'week' as 'day' } }, 'components[0].allowance.period'],
    [
      'a name with spaces',
      { allowance: { limit: '5', period: 'day', counter: 'a b' } },
      'components[0].allowance.counter',
    ],
    ['no bracket', { graduated: { period: 'day', above: [] } }, 'components[0].graduated.above'],
    [
      'falling thresholds',
      { graduated: { period: 'day', above: [...above, ...above] } },
      'components[0].graduated.above',
    ],
    [
      'a rising volume price',
      { volume: { period: 'day', above: [{ units: '5', price: '4' }] } },
      'components[0].volume.above',
    ],
  ])('%s', (_what, more, path) => {
    expect(validatePriceVersion(version([component(more)])).map((each) => each.path)).toContain(path);
  });

  test('a counter with two limits', () => {
    const two = version([
      component({ allowance: { limit: '5', period: 'day', counter: 'tokens' } }),
      component({ meter: 'output', allowance: { limit: '6', period: 'day', counter: 'tokens' } }),
    ]);
    expect(validatePriceVersion(two)).toMatchObject([{ path: 'components[1].allowance' }]);
  });

  test('a volume price under a modifier that holds for some calls only', () => {
    const some = version([component({ volume: { period: 'month', above } })], {
      modifiers: [{ factor: '0.5', applies_to: 'tokens', when: { batch: true } }],
    });
    expect(validatePriceVersion(some)).toMatchObject([{ path: 'components[0].volume' }]);
  });
});
