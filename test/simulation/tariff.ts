// What a call costs, computed a second time with other arithmetic than the gateway's, from the same published figures.

/** In units of the price's currency (10⁻¹² of it), each a fraction; versions of a price multiply all of it. */
export interface Tariff {
  readonly input: Fraction;
  readonly output: Fraction;
  readonly request: bigint;
  /** To the wallet's currency. */
  readonly exchange: Fraction;
}

export type Fraction = readonly [numerator: bigint, denominator: bigint];

export interface Consumed {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Rounded once, half to even. */
export function chargeFor(tariff: Tariff, factor: bigint, { promptTokens, completionTokens }: Consumed): bigint {
  const [inputTop, inputBottom] = tariff.input;
  const [outputTop, outputBottom] = tariff.output;
  const [exchangeTop, exchangeBottom] = tariff.exchange;
  const top =
    BigInt(promptTokens) * inputTop * outputBottom +
    BigInt(completionTokens) * outputTop * inputBottom +
    tariff.request * inputBottom * outputBottom;
  return halfEven(top * factor * exchangeTop, inputBottom * outputBottom * exchangeBottom);
}

function halfEven(top: bigint, bottom: bigint): bigint {
  const floor = top / bottom;
  const twice = (top % bottom) * 2n;
  if (twice > bottom || (twice === bottom && floor % 2n === 1n)) return floor + 1n;
  return floor;
}
