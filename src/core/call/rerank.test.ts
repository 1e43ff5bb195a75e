import { expect, test } from 'vitest';
import { rerankBounds } from './rerank.ts';

const units = (documents: readonly string[], more: object = {}) =>
  rerankBounds({ query: 'q', documents, ...more }).quantities?.search_unit;

test('a hundred short documents are one unit, one more is two', () => {
  expect(units(Array.from({ length: 100 }, () => 'short'))).toBe('1');
  expect(units(Array.from({ length: 101 }, () => 'short'))).toBe('2');
});

test('a long document counts as its chunks, up to where it is cut', () => {
  const long = Array.from({ length: 100 }, () => 'x'.repeat(1_000));
  expect(units(long)).toBe('4');
  expect(units(long, { tokensPerDocument: 250 })).toBe('1');
  expect(units(Array.from({ length: 100 }, () => 'x'.repeat(1_000_000)))).toBe('17');
});

test('the query is read beside every document', () => {
  expect(rerankBounds({ query: 'four', documents: ['a', 'b', 'c'] }).promptOverhead).toBe(8);
});
