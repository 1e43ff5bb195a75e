// A new version of a price: checked whole, before anybody could be charged by it.
import { Failure } from '#core/failure.ts';
import type { PriceComponent, PriceModifier, PriceVersion, PricingModel } from '#core/pricing/component.ts';
import { pricingModelOf } from '#core/pricing/pricing-model.ts';
import { validatePriceVersion } from '#core/pricing/validate.ts';
import type { NewPrice, PriceRow } from '#ports/administration.ts';
import type { AdminDesk } from './desk.ts';
import { change } from './outcome.ts';
import { readCurrency } from './read-money.ts';

type Content = Pick<NewPrice, 'currency' | 'pricing_model' | 'components' | 'modifiers'>;

export interface PriceContent {
  readonly currency: string;
  readonly pricing_model?: PricingModel;
  /** A component without a currency has the version's. */
  readonly components: readonly (Omit<PriceComponent, 'currency'> & { readonly currency?: string })[];
  readonly modifiers?: readonly PriceModifier[];
}

export interface PriceOrder extends PriceContent, Omit<NewPrice, keyof Content | 'id'> {}

export async function publishPrice(desk: AdminDesk, actor: string, order: PriceOrder): Promise<PriceRow> {
  const price: NewPrice = { ...order, ...contentOf(order), id: desk.identifiers.next() };
  requireValid(price, new Date(desk.clock.now()).toISOString());
  return change(desk, 'catalog', 'price', desk.administration.prices.publish(actor, price));
}

export function contentOf(order: PriceContent): Content {
  const currency = readCurrency(order.currency, 'currency').code;
  return {
    currency,
    pricing_model: order.pricing_model ?? pricingModelOf(order.components),
    components: order.components.map((component, index) => ({
      ...component,
      currency:
        component.currency === undefined
          ? currency
          : readCurrency(component.currency, `components[${index}].currency`).code,
    })),
    modifiers: order.modifiers ?? [],
  };
}

const fieldNames: Readonly<Record<string, string>> = {
  validFrom: 'valid_from',
  validTo: 'valid_to',
  pricingModel: 'pricing_model',
};

/** @throws Failure `invalid_parameter` naming the first field that is wrong. */
export function requireValid(price: NewPrice, now: string): void {
  const version: PriceVersion = {
    id: price.id,
    subject: price.subject,
    book: price.book,
    currency: price.currency,
    components: price.components,
    modifiers: price.modifiers,
    pricingModel: price.pricing_model,
    validFrom: price.valid_from ?? now,
    ...(price.valid_to === undefined ? {} : { validTo: price.valid_to }),
    recordedAt: now,
  };
  const [first, ...others] = validatePriceVersion(version);
  if (!first) return;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new Failure('invalid_parameter', `${first.message}${more}`, { param: fieldNames[first.path] ?? first.path });
}
