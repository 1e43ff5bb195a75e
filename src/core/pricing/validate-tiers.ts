// Free units, brackets and volume prices that cannot be counted, or that mean two things at once.
import { compare, parseDecimal, type Rational, rational, times } from '#core/money/rational.ts';
import type {
  Allowance,
  CounterPeriod,
  Graduated,
  PriceAbove,
  PriceComponent,
  PriceModifier,
  PriceVersion,
  Volume,
} from './component.ts';
import { type PriceProblem, unknownFields } from './price-problem.ts';
import { counterScale, type TierKind } from './tiers.ts';

/** For a version whose components and modifiers are otherwise in order. */
export function tierProblems({ components, modifiers }: PriceVersion): readonly PriceProblem[] {
  const problems = components.flatMap((component, index) => [
    ...componentProblems(component, `components[${index}]`),
    ...adjustedTwice(component, modifiers, `components[${index}]`),
  ]);
  return problems.length > 0 ? problems : sharedProblems(components);
}

const kinds = ['allowance', 'graduated', 'volume'] as const satisfies readonly TierKind[];
const periods: readonly (CounterPeriod | undefined)[] = ['day', 'month', 'never'];
const bracketsMax = 20;
const unitsMax = 8_000_000_000_000_000_000n;

function componentProblems(component: PriceComponent, path: string): readonly PriceProblem[] {
  const given = kinds.filter((kind) => component[kind] !== undefined);
  const problems = given.flatMap((kind) => kindProblems(component, kind, `${path}.${kind}`));
  const message =
    'A component has an allowance, or brackets, or volume prices; free units can be a first bracket at "0".';
  return given.length > 1 ? [...problems, { path, message }] : problems;
}

function kindProblems(component: PriceComponent, kind: TierKind, path: string): readonly PriceProblem[] {
  const { allowance, graduated, volume } = component;
  switch (kind) {
    case 'allowance':
      return allowance ? allowanceProblems(component, allowance, path) : [];
    case 'graduated':
      return graduated ? bracketsProblems(component, graduated, path) : [];
    case 'volume':
      return volume ? volumeProblems(component, volume, path) : [];
  }
}

function allowanceProblems(component: PriceComponent, allowance: Allowance, path: string): readonly PriceProblem[] {
  return [
    ...unknownFields(allowance, ['counter', 'period', 'limit'], path),
    ...countedProblems(allowance, path),
    ...unitsProblems(component, allowance.limit, `${path}.limit`),
  ];
}

function bracketsProblems(component: PriceComponent, graduated: Graduated, path: string): readonly PriceProblem[] {
  return [
    ...unknownFields(graduated, ['counter', 'period', 'above'], path),
    ...countedProblems(graduated, path),
    ...aboveProblems(component, graduated.above, `${path}.above`),
  ];
}

function volumeProblems(component: PriceComponent, volume: Volume, path: string): readonly PriceProblem[] {
  const problems = [
    ...unknownFields(volume, ['period', 'above'], path),
    ...countedProblems(volume, path),
    ...aboveProblems(component, volume.above, `${path}.above`),
  ];
  if (problems.length > 0) return problems;
  const prices = [component.price, ...volume.above.map(({ price }) => price)].map(parseDecimal);
  const rises = prices.some((price, index) => compare(price, prices[index - 1] ?? price) > 0n);
  // A call that made all units before it dearer would cost more than anybody set aside for it.
  const message = 'The price of all units may only fall as they become more; where it rises, use brackets.';
  return rises ? [{ path: `${path}.above`, message }] : [];
}

function countedProblems({ counter, period }: { counter?: string; period: CounterPeriod }, path: string) {
  const problems: PriceProblem[] = [];
  if (!periods.includes(period)) {
    problems.push({ path: `${path}.period`, message: `"${period}" is neither day, month nor never.` });
  }
  if (counter !== undefined && !/^[a-z0-9][a-z0-9_.-]{0,63}$/.test(counter)) {
    const message = 'A counter is named by up to 64 small letters, digits, "_", "." and "-".';
    problems.push({ path: `${path}.counter`, message });
  }
  return problems;
}

function aboveProblems(component: PriceComponent, above: readonly PriceAbove[], path: string): readonly PriceProblem[] {
  if (!isList(above) || above.length === 0 || above.length > bracketsMax) {
    return [{ path, message: `Between one and ${bracketsMax} prices, each with the units above which it holds.` }];
  }
  const problems = above.flatMap((each, index) => [
    ...unknownFields(each, ['units', 'price'], `${path}[${index}]`),
    ...unitsProblems(component, each.units, `${path}[${index}].units`),
    ...(decimalIn(each.price)
      ? []
      : [{ path: `${path}[${index}].price`, message: `"${each.price}" is no price such as "12.05".` }]),
  ]);
  if (problems.length > 0) return problems;
  const units = above.map((each) => parseDecimal(each.units));
  const sorted = units.every((each, index) => index === 0 || compare(units[index - 1] ?? each, each) < 0n);
  return sorted ? [] : [{ path, message: 'The units must rise from one price to the next.' }];
}

// What was not checked by a schema may be anything.
function isList(above: unknown): boolean {
  return Array.isArray(above);
}

function unitsProblems({ meter }: PriceComponent, text: string, path: string): readonly PriceProblem[] {
  const scale = counterScale(meter);
  const units = decimalIn(text);
  const counted = units && times(units, rational(scale));
  if (counted === undefined || counted.numerator === 0n || counted.denominator !== 1n || counted.numerator > unitsMax) {
    const what = scale === 1n ? 'a whole number' : 'a number of at most six decimals';
    return [{ path, message: `"${text}" is not ${what} of units above zero that can be counted.` }];
  }
  return [];
}

function decimalIn(text: unknown): Rational | undefined {
  return typeof text === 'string' && /^\d{1,30}(?:\.\d{1,20})?$/.test(text) ? parseDecimal(text) : undefined;
}

// What was charged by a factor that held for some calls only cannot be adjusted from the count alone.
function adjustedTwice(
  { meter, volume }: PriceComponent,
  modifiers: readonly PriceModifier[],
  path: string,
): readonly PriceProblem[] {
  const reaches = ({ applies_to: to }: PriceModifier) => typeof to === 'string' || to.includes(meter);
  if (volume === undefined || !modifiers.some((each) => each.when !== undefined && reaches(each))) return [];
  const message =
    'A modifier with a condition cannot change a volume price: give the component that condition instead.';
  return [{ path: `${path}.volume`, message }];
}

/** One counter has one limit: whoever asks what is free must get one answer. */
function sharedProblems(components: readonly PriceComponent[]): readonly PriceProblem[] {
  const seen = new Map<string, string>();
  return components.flatMap((component, index) => {
    const { meter, allowance, graduated } = component;
    const counted = allowance ?? graduated;
    if (counted === undefined) return [];
    const key = `${counted.counter ?? `:${meter}`} ${counterScale(meter)}`;
    const limits = JSON.stringify([counted.period, allowance?.limit, graduated?.above.map(({ units }) => units)]);
    const before = seen.get(key);
    seen.set(key, before ?? limits);
    const path = `components[${index}].${allowance ? 'allowance' : 'graduated'}`;
    const message = 'Components that count together have the same period and the same limits.';
    return before === undefined || before === limits ? [] : [{ path, message }];
  });
}
