// Currencies, and the canonical decimal text in which money crosses every border.
import { type Amount, amount } from './amount.ts';
import { parseDecimal } from './rational.ts';

export interface Currency {
  readonly code: string;
  /** The ledger's unit is 10⁻ˢᶜᵃˡᵉ of the currency. */
  readonly scale: number;
  /** Decimals people use on bills. */
  readonly minorDigits: number;
}

// Scales keep a wallet of several million dollars' worth inside a signed 64-bit counter.
const currencies = new Map<string, Currency>(
  [
    { code: 'usd', scale: 12, minorDigits: 2 },
    { code: 'eur', scale: 12, minorDigits: 2 },
    { code: 'gbp', scale: 12, minorDigits: 2 },
    { code: 'cny', scale: 11, minorDigits: 2 },
    { code: 'aed', scale: 11, minorDigits: 2 },
    { code: 'jpy', scale: 10, minorDigits: 0 },
    { code: 'inr', scale: 10, minorDigits: 2 },
    { code: 'krw', scale: 9, minorDigits: 0 },
    { code: 'idr', scale: 8, minorDigits: 0 },
    { code: 'vnd', scale: 8, minorDigits: 0 },
    { code: 'credits', scale: 12, minorDigits: 2 },
  ].map((currency) => [currency.code, currency]),
);

const otherNames: Readonly<Record<string, string>> = { rmb: 'cny', credit: 'credits' };

export const currencyCodes: readonly string[] = [...currencies.keys()];

/** `undefined` for a code that is not known; `rmb` is read as `cny`, in any case of letters. */
export function findCurrency(code: string): Currency | undefined {
  const lower = code.toLowerCase();
  return currencies.get(otherNames[lower] ?? lower);
}

/** @throws RangeError for an unknown code, with the known ones. */
export function currencyOf(code: string): Currency {
  const found = findCurrency(code);
  if (!found) throw new RangeError(`Unknown currency "${code}". Known: ${currencyCodes.join(', ')}.`);
  return found;
}

/**
 * Reads money: `"0.01"` → 10_000_000_000n for usd.
 * @throws RangeError when the text is no plain decimal or finer than the currency's unit.
 */
export function parseAmount(text: string, currency: Currency): Amount {
  const value = parseDecimal(text);
  const units = value.numerator * 10n ** BigInt(currency.scale);
  if (units % value.denominator !== 0n) {
    throw new RangeError(`"${text}" is finer than ${currency.code} can be kept: at most ${currency.scale} decimals.`);
  }
  return amount(units / value.denominator);
}

/** Canonical decimal text: no exponent, no trailing zeros, no `-0`. */
export function formatAmount(value: Amount, currency: Currency): string {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(currency.scale + 1, '0');
  const whole = digits.slice(0, digits.length - currency.scale);
  const fraction = digits.slice(digits.length - currency.scale).replace(/0+$/, '');
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}
