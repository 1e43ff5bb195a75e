// To whom a call's cost is owed: the provider, by us or, for a customer's own key, by that customer.
import type { PricePins } from './entry.ts';

const ownPrefix = 'own:';

/** No provider's name has a colon. */
export function payeeOf({ provider, pins }: { readonly provider: string; readonly pins: PricePins }): string {
  return pins.ownKey === true ? `${ownPrefix}${provider}` : provider;
}

export function isOwnPayee(payee: string): boolean {
  return payee.startsWith(ownPrefix);
}
