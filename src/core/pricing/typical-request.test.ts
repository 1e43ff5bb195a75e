import { expect, test } from 'vitest';
import { typicalPrice } from './typical-request.ts';

const usual = { inputTokens: 1_000, outputTokens: 500 };
const tokens = (input: string, output: string, per = '1000000') => [
  { meter: 'input' as const, price: input, per, currency: 'usd' },
  { meter: 'output' as const, price: output, per, currency: 'usd' },
];

test.each([
  [tokens('3', '15'), '0.0105'],
  [tokens('15', '75'), '0.0525'],
  [tokens('0.25', '1.25'), '0.000875'],
  [tokens('0.01', '0.03', '1000'), '0.025'],
  [tokens('0.000125', '0.0005', '1000'), '0.000375'],
])('1,000 tokens in and 500 out cost exactly what they cost', (components, price) => {
  expect(typicalPrice(components, usual)).toBe(price);
});

test('an embedding has no output, and a price by image no typical request', () => {
  expect(typicalPrice(tokens('0.02', '1').slice(0, 1), usual)).toBe('0.00002');
  expect(typicalPrice([{ meter: 'image', price: '0.04', per: '1', currency: 'usd' }], usual)).toBeUndefined();
});

test('a price that holds only sometimes is not the typical one', () => {
  const [input] = tokens('3', '15');
  if (!input) throw new Error('There is no price.');
  expect(typicalPrice([{ ...input, when: { service_tier: ['batch'] } }], usual)).toBeUndefined();
});
