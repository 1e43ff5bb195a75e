// What a request of usual size costs: for people, and as the price of requests whose tokens nobody counted.
import { nothing, parseDecimal, plus, type Rational, rational } from '#core/money/rational.ts';
import type { PriceComponent } from './component.ts';
import { exactText } from './decimal.ts';

export interface TypicalRequest {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Decimal text, exact; `undefined` for a price that does not say what plain input and output cost. */
export function typicalPrice(
  components: readonly PriceComponent[],
  { inputTokens, outputTokens }: TypicalRequest,
): string | undefined {
  const input = tokensCost(components, 'input', inputTokens);
  const output = tokensCost(components, 'output', outputTokens);
  if (!input || (!output && components.some(({ meter }) => meter === 'output'))) return undefined;
  const text = exactText(plus(input, output ?? nothing));
  // A price by a quantity such as 7 need not have an end in decimals.
  return text.includes('/') ? undefined : text;
}

function tokensCost(
  components: readonly PriceComponent[],
  meter: 'input' | 'output',
  tokens: number,
): Rational | undefined {
  const plain = components.find((each) => each.meter === meter && each.when === undefined);
  if (!plain) return undefined;
  const [price, per] = [parseDecimal(plain.price), parseDecimal(plain.per)];
  return rational(price.numerator * per.denominator * BigInt(tokens), price.denominator * per.numerator);
}
