// A provider's free tier, its brackets and its volume prices are what the platform is billed; each of many wallets that is
// charged by the list for want of a price of its own must not have all of it again.
import { parseDecimal } from '#core/money/rational.ts';
import type { PriceComponent, PriceVersion } from './component.ts';

/** What the list says of a model when a customer is charged by it; `undefined` when that is what it says anyway. */
export function uncounted(version: PriceVersion): PriceVersion | undefined {
  const { book, subject, components } = version;
  // Nobody but customers is charged by what is listed for an alias.
  if (book !== 'list' || subject.kind === 'alias' || !components.some(isCounted)) return undefined;
  return { ...version, components: components.map(atFirstPaidPrice) };
}

function isCounted({ allowance, graduated, volume }: PriceComponent): boolean {
  return allowance !== undefined || graduated !== undefined || volume !== undefined;
}

function atFirstPaidPrice(component: PriceComponent): PriceComponent {
  const { allowance: _allowance, graduated, volume, ...plain } = component;
  const prices = [component.price, ...((graduated ?? volume)?.above.map(({ price }) => price) ?? [])];
  const paid = prices.find((price) => parseDecimal(price).numerator > 0n);
  return { ...plain, price: paid ?? component.price };
}
