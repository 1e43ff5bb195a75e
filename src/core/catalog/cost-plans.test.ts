import { expect, test } from 'vitest';
import { amount } from '../money/amount.ts';
import { agreedWith, type CostPlan } from './cost-plans.ts';

function plan(planId: string, more: Partial<CostPlan>): CostPlan {
  return { planId, provider: 'north', fromMs: 100, toMs: 200, ...more };
}

test('a plan counts from its first instant to its last, and for its own provider', () => {
  const plans = [plan('a', { discountPercentage: '10' })];
  expect(agreedWith(plans, 'north', 99)).toEqual({});
  expect(agreedWith(plans, 'north', 100)).toEqual({ discount: { planId: 'a', percentage: '10' } });
  expect(agreedWith(plans, 'north', 199)).toEqual({ discount: { planId: 'a', percentage: '10' } });
  expect(agreedWith(plans, 'north', 200)).toEqual({});
  expect(agreedWith(plans, 'south', 150)).toEqual({});
});

test('of several commitments the largest discount counts, of several credits the one that ends first', () => {
  const plans = [
    plan('a', { discountPercentage: '9.5' }),
    plan('b', { discountPercentage: '10' }),
    plan('c', { trialCredit: amount(5n), toMs: 180 }),
    plan('d', { trialCredit: amount(9n), toMs: 170 }),
  ];
  expect(agreedWith(plans, 'north', 150)).toEqual({
    discount: { planId: 'b', percentage: '10' },
    trial: { planId: 'd', limit: 9n },
  });
});
