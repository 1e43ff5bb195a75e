// Free units that are left for a call, in the several ways in which a case may say it.
import { compare, nothing, parseDecimal, plus, type Rational, rational, times } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import { isMeter, type Meter } from '#core/usage/meter.ts';

/** By meter, decimal text; nothing for what has no free units left. */
export type FreeUnits = ReadonlyMap<Meter, string>;

const names = [
  'allowance',
  'allowances',
  'free_allowance',
  'free_remaining',
  'allowance_remaining',
  'remaining_allowance',
  'free_units',
  'free_quantity',
  'free_quota_remaining',
];

/** In the context, beside the prices, or within the terms of one of them. */
export function freeUnitsIn(context: Fields, prices: Fields): FreeUnits {
  const units = isFields(prices['unit_prices']) ? prices['unit_prices'] : {};
  const priced = Object.keys(units).filter(isMeter);
  const [only] = priced.length === 1 ? priced : [];
  const beside = [context, prices].flatMap((place) => valuesIn(place).flatMap((value) => entriesIn(value, only)));
  const within = priced.flatMap((meter) => {
    const terms = units[meter];
    return isFields(terms) ? valuesIn(terms).flatMap((value) => entriesIn(value, meter)) : [];
  });
  const plan = prices['price_plan'];
  return new Map([...(isFields(plan) ? entriesIn(plan, only) : []), ...beside, ...within]);
}

/** Fields of a price's terms that are read here. */
export const allowanceFields: readonly string[] = names;

function valuesIn(place: Fields): readonly unknown[] {
  return names.flatMap((name) => (place[name] === undefined ? [] : [place[name]]));
}

function entriesIn(value: unknown, meter: Meter | undefined): readonly (readonly [Meter, string])[] {
  if (Array.isArray(value)) return value.flatMap((each: unknown) => entriesIn(each, meter));
  if (isFields(value)) {
    const own = [value['meter'], value['counter']].find((name) => typeof name === 'string' && isMeter(name));
    const left = leftOf(value);
    if (left !== undefined) return entriesIn(left, typeof own === 'string' && isMeter(own) ? own : meter);
    return Object.entries(value).flatMap(([name, each]) => (isMeter(name) ? entriesIn(each, name) : []));
  }
  const text = decimalOf(value);
  return meter === undefined || text === undefined || text.startsWith('-') || text === '0' ? [] : [[meter, text]];
}

/** What is left of it: said, or the limit without what was used. */
function leftOf(value: Fields): string | undefined {
  const said = first(value, ['remaining', 'free_remaining', 'left']);
  if (said !== undefined) return said;
  const limit = first(value, ['limit', 'free', 'included', 'quantity', 'units']);
  if (limit === undefined) return undefined;
  const used = first(value, ['used', 'consumed', 'used_before', 'already_used']) ?? '0';
  const left = plus(parseDecimal(limit), times(parseDecimal(used), rational(-1n)));
  return exactText(atLeastNothing(left));
}

function first(fields: Fields, wanted: readonly string[]): string | undefined {
  return wanted.map((name) => decimalOf(fields[name])).find((text) => text !== undefined);
}

function atLeastNothing(value: Rational): Rational {
  return compare(value, nothing) < 0n ? nothing : value;
}
