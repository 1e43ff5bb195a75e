// Hours and days in which other prices hold.
import type { PriceCondition } from '#core/pricing/component.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { conditionIn } from './condition.ts';
import { onlyFields, VectorError } from './vector.ts';

const slotFields = [
  'label',
  'note',
  'iso_weekdays',
  'utc',
  'tz',
  'when',
  'prices_per_million',
  'unit_prices',
  'factor',
];
const exceptionFields = ['exclude_dates', 'except_dates', 'excluded_dates', 'holidays'];

/** One for each stretch of hours; the whole day where none is said. */
export function whensIn(slot: Fields, path: string): readonly PriceCondition[] {
  onlyFields(slot, [...slotFields, ...exceptionFields], path);
  const also = isFields(slot['when']) ? conditionIn(slot['when'], `${path}.when`) : undefined;
  const spans: readonly (string | undefined)[] = Array.isArray(slot['utc']) ? slot['utc'].map(String) : [undefined];
  const days = {
    ...(typeof slot['tz'] === 'string' && { tz: slot['tz'] }),
    ...daysIn(slot['iso_weekdays'], path),
    ...exceptionsIn(slot),
  };
  return spans.map((span) => ({ ...also, window: { ...days, ...(span !== undefined && hoursIn(span, path)) } }));
}

function daysIn(days: unknown, path: string) {
  if (days === undefined) return undefined;
  if (!Array.isArray(days)) throw new VectorError(`${path}.iso_weekdays is no list`);
  return { iso_weekdays: days.map(Number) };
}

function exceptionsIn(slot: Fields) {
  const dates = exceptionFields.map((name) => slot[name]).find((each) => Array.isArray(each));
  return dates === undefined ? undefined : { exclude_dates: dates.map(String) };
}

function hoursIn(span: string, path: string) {
  const [from, to, ...rest] = span.split(/[-–]/);
  if (from === undefined || to === undefined || rest.length > 0) throw new VectorError(`${path}.utc: "${span}"`);
  return { from, to };
}
