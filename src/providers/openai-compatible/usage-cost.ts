// What an upstream says that the call cost: kept beside the usage, as the text of the number it sent.
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import { compare, parseDecimal, type Rational, rational, roundHalfEven, times } from '#core/money/rational.ts';
import { type Fields, partOf } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import type { ProviderReportedCost } from '#core/usage/usage.ts';

// xAI: 10¹⁰ ticks are a dollar.
const ticksPerDollar = 10n ** 10n;

export function reportedCost(usage: Fields): ProviderReportedCost | undefined {
  const ticks = usage['cost_in_usd_ticks'];
  if (typeof ticks === 'number' && Number.isSafeInteger(ticks) && ticks >= 0) {
    return costOf(rational(BigInt(ticks), ticksPerDollar), 'usage.cost_in_usd_ticks');
  }
  const cost = dollarsIn(usage['cost']);
  if (cost !== undefined) return costOf(cost, 'usage.cost');
  const total = dollarsIn(partOf(usage, 'cost')['total_cost']);
  return total && costOf(total, 'usage.cost.total_cost');
}

const usd = currencyOf('usd');
const picodollarsPerDollar = rational(10n ** BigInt(usd.scale));
// No call costs as much.
const costMax = rational(1_000_000n);

function costOf(dollars: Rational, basis: string): ProviderReportedCost {
  const amount = formatAmount(roundHalfEven(times(dollars, picodollarsPerDollar)), usd);
  return { amount, currency: 'USD', basis };
}

// A number's own text is what was sent; a text in its place is something else.
function dollarsIn(cost: unknown): Rational | undefined {
  const text = typeof cost === 'string' ? undefined : decimalOf(cost);
  if (text === undefined || text.startsWith('-')) return undefined;
  const dollars = parseDecimal(text);
  return compare(dollars, costMax) < 0n ? dollars : undefined;
}
