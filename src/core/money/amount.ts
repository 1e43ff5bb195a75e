// An amount of money: a whole number of a currency's unit (10⁻¹² of a dollar), never a float.

declare const amountBrand: unique symbol;

/** Units of one currency; which currency is known from beside it (a wallet, a price version). */
export type Amount = bigint & { readonly [amountBrand]: true };

export const zero = 0n as Amount;

// A signed 64-bit counter holds 9.22 × 10¹⁸; the fast store counts in such counters, so nothing larger may enter.
export const amountMax = 8_000_000_000_000_000_000n as Amount;

export class AmountBeyondCounting extends RangeError {}

/** @throws AmountBeyondCounting beyond ±8 × 10¹⁸ units, the largest the fast store can count exactly. */
export function amount(units: bigint): Amount {
  if (units > amountMax || units < -amountMax) {
    throw new AmountBeyondCounting(
      `The amount ${units} is beyond ±${amountMax} units, the largest that can be kept exactly.`,
    );
  }
  return units as Amount;
}

export function add(...amounts: readonly Amount[]): Amount {
  return amount(amounts.reduce<bigint>((sum, each) => sum + each, 0n));
}

export function subtract(from: Amount, taken: Amount): Amount {
  return amount(from - taken);
}

export function negate(value: Amount): Amount {
  return -value as Amount;
}

export function smaller(left: Amount, right: Amount): Amount {
  return left < right ? left : right;
}

export function larger(left: Amount, right: Amount): Amount {
  return left > right ? left : right;
}
