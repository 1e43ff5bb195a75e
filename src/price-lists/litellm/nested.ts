// Fields of LiteLLM's cost map that hold several prices: by size of search, by range of tokens, by hour of the day.
import type { PriceCondition, TimeWindow } from '#core/pricing/component.ts';
import { shiftDecimal } from '#core/money/decimal-text.ts';
import { isList, type Json, numberIn, objectIn, textIn } from '#core/lossless-json.ts';

interface SearchPrice {
  readonly text: string;
  readonly when: PriceCondition;
}

/** One price without a condition where all sizes cost the same. */
export function searchPrices(value: Json): readonly SearchPrice[] {
  const prices = Object.entries(objectIn(value)).flatMap(([name, price]) => {
    const text = numberIn(price);
    const size = /^search_context_size_(\w+)$/.exec(name)?.[1];
    return text === undefined || size === undefined ? [] : [{ text, when: { search_context: [size] } }];
  });
  const [first] = prices;
  const alike =
    prices.length >= 3 && prices.every(({ text }) => shiftDecimal(text) === shiftDecimal(first?.text ?? ''));
  return first && alike ? [{ text: first.text, when: {} }] : prices;
}

export interface NestedPrices {
  readonly prices: readonly (readonly [field: string, price: Json])[];
}

/** More than the start, up to and including the end; the first tier has no start. */
export function tieredPrices(tier: Json): (NestedPrices & { readonly when: PriceCondition }) | undefined {
  const { range, ...rest } = objectIn(tier);
  const [from, to] = isList(range) ? range.map((bound) => tokensOf(numberIn(bound))) : [];
  if (!isList(range) || from === undefined || to === undefined) return undefined;
  return {
    when: { prompt_tokens: { ...(from > 0 ? { gt: from } : {}), lte: to } },
    prices: Object.entries(rest).filter(([field]) => /cost/.test(field)),
  };
}

// Ranges are written as 32000.0 now and then, or as 1e6.
function tokensOf(text: string | undefined): number | undefined {
  const plain = text === undefined ? undefined : shiftDecimal(text);
  return plain !== undefined && /^\d{1,12}$/.test(plain) ? Number(plain) : undefined;
}

export function offPeakPrices(value: Json): (NestedPrices & { readonly whens: readonly PriceCondition[] }) | undefined {
  const { hours_utc, windows, weekday_timezone, rates } = objectIn(value);
  const zone = textIn(weekday_timezone);
  const spoken = isList(windows) ? windows : [{ hours_utc: hours_utc ?? null }];
  const read = spoken.map((window) => windowOf(objectIn(window), zone));
  if (read.some((window) => window === undefined)) return undefined;
  return {
    whens: read.flatMap((window) => (window === undefined ? [] : [{ window }])),
    prices: Object.entries(objectIn(rates)),
  };
}

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

function windowOf(window: Readonly<Record<string, Json>>, zone: string | undefined): TimeWindow | undefined {
  const [, from, to] = /^(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)$/.exec(textIn(window['hours_utc']) ?? '') ?? [];
  if (from === undefined || to === undefined || from === to) return undefined;
  const { weekdays } = window;
  if (!isList(weekdays) || weekdays.length === 0) return { from, to };
  const iso = weekdays.map(isoWeekday);
  if ((zone !== undefined && zone !== 'UTC') || iso.some((day) => day === undefined)) return undefined;
  return { from, to, iso_weekdays: iso.filter((day) => day !== undefined) };
}

function isoWeekday(day: Json): number | undefined {
  const number = numberIn(day);
  if (number !== undefined) return /^[1-7]$/.test(number) ? Number(number) : undefined;
  const index = dayNames.indexOf((textIn(day) ?? '').slice(0, 3).toLowerCase());
  return index < 0 ? undefined : index + 1;
}
