// What an upstream says that the call cost: kept beside the usage, as the text of the number it sent.
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import { parseDecimal, rational, roundHalfEven, times } from '#core/money/rational.ts';
import type { ProviderReportedCost } from '#core/usage/usage.ts';
import { type Fields, partOf } from './usage-fields.ts';

// xAI: 10¹⁰ ticks are a dollar.
const ticksPerDollar = 10n ** 10n;

export function reportedCost(usage: Fields): ProviderReportedCost | undefined {
  const ticks = usage['cost_in_usd_ticks'];
  if (typeof ticks === 'number' && Number.isSafeInteger(ticks) && ticks >= 0) {
    const picodollars = (BigInt(ticks) * picodollarsPerDollar) / ticksPerDollar;
    return costOf(rational(picodollars), 'usage.cost_in_usd_ticks');
  }
  if (isCost(usage['cost'])) return costOf(picodollarsIn(usage['cost']), 'usage.cost');
  const { total_cost } = partOf(usage, 'cost');
  return isCost(total_cost) ? costOf(picodollarsIn(total_cost), 'usage.cost.total_cost') : undefined;
}

const usd = currencyOf('usd');
const picodollarsPerDollar = 10n ** BigInt(usd.scale);
// Beyond it JavaScript writes numbers with an exponent, and no call costs as much.
const costMax = 1_000_000;

function isCost(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < costMax;
}

function costOf(picodollars: ReturnType<typeof rational>, basis: string): ProviderReportedCost {
  return { amount: formatAmount(roundHalfEven(picodollars), usd), currency: 'USD', basis };
}

// A double's shortest text is what was sent, but for digits that no float has kept.
function picodollarsIn(cost: number) {
  const [digits = '0', exponent = '0'] = String(cost).split('e');
  return times(parseDecimal(digits), rational(picodollarsPerDollar, 10n ** BigInt(-Number(exponent))));
}
