// Factors on prices: of the whole case, or of one of its tiers or slots.
import { plus, parseDecimal, rational, times } from '#core/money/rational.ts';
import type { PriceCondition, PriceModifier } from '#core/pricing/component.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { type Fields, isFields, listOf } from '#core/usage/counts.ts';
import { conditionIn } from './condition.ts';
import { whensIn } from './schedule.ts';
import { decimalAt, meterAt } from './terms.ts';
import { onlyFields, VectorError } from './vector.ts';
import { words } from './words.ts';

export function modifiersIn(prices: Fields): readonly PriceModifier[] {
  return [
    ...listOf(prices['modifiers']).map((each, index) => modifierIn(each, `modifiers[${index}]`)),
    ...listOf(prices['tiers']).flatMap((tier, index) => factorIn(tier, [conditionAt(tier, `tiers[${index}]`)])),
    ...listOf(prices['schedule']).flatMap((slot, index) => factorIn(slot, whensIn(slot, `schedule[${index}]`))),
  ];
}

const fields = ['kind', 'factor', 'percent', 'applies_to', 'when', 'reason', 'label', 'note'];

function modifierIn(modifier: Fields, path: string): PriceModifier {
  onlyFields(modifier, fields, path);
  const when = conditionAt(modifier, path);
  return {
    factor: factorOf(modifier, path),
    applies_to: reachIn(modifier['applies_to'], path),
    ...(when && { when }),
  };
}

function factorOf(modifier: Fields, path: string): string {
  const kind = words(modifier['kind'] ?? 'multiply');
  if (kind === 'multiply') return decimalAt(modifier['factor'], `${path}.factor`);
  if (kind !== 'discount') throw new VectorError(`${path}.kind: "${kind}" is neither multiply nor discount`);
  const percent = parseDecimal(decimalAt(modifier['percent'], `${path}.percent`));
  return exactText(plus(rational(1n), times(percent, rational(-1n, 100n))));
}

function factorIn(place: Fields, whens: readonly (PriceCondition | undefined)[]): readonly PriceModifier[] {
  if (place['factor'] === undefined) return [];
  const factor = decimalAt(place['factor'], 'factor');
  return whens.map((when) => ({ factor, applies_to: 'all', ...(when && { when }) }));
}

function conditionAt(place: Fields, path: string): PriceCondition | undefined {
  return isFields(place['when']) ? conditionIn(place['when'], `${path}.when`) : undefined;
}

function reachIn(reach: unknown, path: string): PriceModifier['applies_to'] {
  if (Array.isArray(reach)) return reach.map((meter) => meterAt(String(meter), `${path}.applies_to`));
  if (reach === undefined) return 'all';
  if (reach === 'tokens' || reach === 'tools' || reach === 'all') return reach;
  return [meterAt(words(reach), `${path}.applies_to`)];
}
