import type { PriceComponent, PricingModel } from './component.ts';

/** What a price that does not say so is charged by. */
export function pricingModelOf(components: readonly Pick<PriceComponent, 'meter'>[]): PricingModel {
  if (components.every(({ meter }) => meter === 'request')) return 'per_request';
  return components.some(({ meter }) => meter === 'input' || meter === 'output') ? 'per_token' : 'per_unit';
}
