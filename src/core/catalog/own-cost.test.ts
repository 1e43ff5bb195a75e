import { expect, test } from 'vitest';
import type { PriceVersion } from '../pricing/component.ts';
import { ownCostOf } from './own-cost.ts';
import { PriceBook } from './price-book.ts';

const version = (id: string, book: PriceVersion['book'], name: string, bookOwner?: string): PriceVersion => ({
  id,
  book,
  ...(bookOwner === undefined ? {} : { bookOwner }),
  subject: { kind: 'model', name },
  currency: 'usd',
  components: [{ meter: 'input', price: '1', per: '1000', currency: 'usd' }],
  modifiers: [],
  validFrom: '2026-01-01T00:00:00Z',
  recordedAt: '2026-01-01T00:00:00Z',
});

const book = new PriceBook([
  version('list', 'list', 'large'),
  version('own', 'organization', 'large', 'acme'),
  version('before', 'organization', 'maker/new-1', 'acme'),
]);
const at = Date.parse('2026-06-01T00:00:00Z');
const large = { name: 'large', model: 'large-1', provider: { name: 'maker' } };
const fresh = { name: 'new', model: 'new-1', provider: { name: 'maker' } };

test('an organization’s own list says what its own key costs, by either name of the model', () => {
  expect(ownCostOf(book, 'acme', large, at)?.id).toBe('own');
  expect(ownCostOf(book, 'acme', fresh, at)?.id).toBe('before');
});

test('where an organization lists nothing its cost is not known, and the platform’s is no stand-in', () => {
  expect(ownCostOf(book, 'other', large, at)).toBeUndefined();
  expect(ownCostOf(book, 'acme', large, at - 365 * 86_400_000)).toBeUndefined();
  expect(book.costFor('large', at)?.id).toBe('list');
});
