// Which prices are the same for many calls together as one by one.
import { expect, test } from 'vitest';
import { notAdditive } from './additive.ts';
import type { PriceComponent, PriceVersion } from './component.ts';
import { preparePrice } from './prepare.ts';

const input: PriceComponent = { meter: 'input', price: '1', per: '1000000', currency: 'usd' };

function priceWith(components: readonly PriceComponent[], modifiers: PriceVersion['modifiers'] = []) {
  return preparePrice({
    id: 'p',
    subject: { kind: 'model', name: 'm' },
    book: 'list',
    currency: 'usd',
    components,
    modifiers,
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  });
}

test('prices by the unit are, whatever other facts they depend on', () => {
  const price = priceWith([input], [{ factor: '0.5', applies_to: 'all', when: { batch: true } }]);
  expect(notAdditive(price, 1_000_000)).toBeUndefined();
});

test.each([
  [{ gt: 1_000 }, 1_000, true],
  [{ gt: 1_000 }, 1_001, false],
  [{ lte: 1_000 }, 1_000, true],
  [{ lte: 1_000 }, 1_001, false],
  [{ gte: 1 }, 10, false],
] as const)('where a prompt of %o has its own price, %i tokens together: %s', (prompt_tokens, together, alike) => {
  expect(
    notAdditive(priceWith([input, { ...input, price: '2', when: { prompt_tokens } }]), together) === undefined,
  ).toBe(alike);
  const modifier = { factor: '2', applies_to: 'tokens', when: { prompt_tokens } } as const;
  expect(notAdditive(priceWith([input], [modifier]), together) === undefined).toBe(alike);
});

test.each([{ count_by: 'prompt' }, { min: '10' }, { round_up_to: '10' }] as const)(
  'those by the call are not: %o',
  (quantity) => {
    const search: PriceComponent = { meter: 'web_search_call', price: '1', per: '1000', currency: 'usd', quantity };
    expect(notAdditive(priceWith([input, search]), 10)).toMatch(/web_search_call for each call/);
  },
);
