import { expect, test } from 'vitest';
import { budgetOf, effortOf, efforts } from './thinking.ts';

test('a word outweighs a budget, and a budget is told in the word whose budget it fits', () => {
  expect(effortOf({ effort: 'max', budget: 1_024 })).toBe('max');
  expect([0, 1_024, 12_288, 12_289].map((budget) => effortOf({ budget }))).toEqual(['none', 'low', 'medium', 'high']);
  expect(effortOf({})).toBeUndefined();
});

test('more effort is never a smaller budget, and a budget stays what it is', () => {
  const budgets = efforts.map((effort) => budgetOf({ effort }) ?? -1);
  expect(budgets).toEqual(budgets.toSorted((left, right) => left - right));
  expect(budgetOf({ effort: 'low', budget: 5_000 })).toBe(5_000);
  expect(budgetOf({})).toBeUndefined();
});
