// genai-prices' data.json: providers with models, US dollars per million tokens, tiers, days and hours.
import type { PriceCondition } from '#core/pricing/component.ts';
import type { Meter } from '#core/usage/meter.ts';
import { isList, isObject, type Json, type JsonObject, numberIn, objectIn, textIn } from '#core/lossless-json.ts';
import { cacheWriteMeter, longPrompt, tokensIn } from '../meters-of-makers.ts';
import { canonicalProvider } from '../provider-names.ts';
import { type ListReading, Reading } from '../reading.ts';

const perMillion = -6;
const perThousand = -3;

interface Place {
  readonly provider: string;
  readonly model: string;
}

interface FieldMeaning {
  readonly meter: Meter | ((place: Place) => Meter);
  readonly scale: number;
}

const fields: Readonly<Record<string, FieldMeaning>> = {
  input_mtok: { meter: 'input', scale: perMillion },
  output_mtok: { meter: 'output', scale: perMillion },
  cache_read_mtok: { meter: 'cache_read', scale: perMillion },
  cache_write_mtok: { meter: ({ provider, model }) => cacheWriteMeter(provider, model), scale: perMillion },
  cache_write_5m_mtok: { meter: 'cache_write_5m', scale: perMillion },
  cache_write_1h_mtok: { meter: 'cache_write_1h', scale: perMillion },
  input_audio_mtok: { meter: 'input_audio', scale: perMillion },
  output_audio_mtok: { meter: 'output_audio', scale: perMillion },
  cache_audio_read_mtok: { meter: 'cache_read_audio', scale: perMillion },
  input_image_mtok: { meter: 'input_image', scale: perMillion },
  output_image_mtok: { meter: 'output_image', scale: perMillion },
  cache_image_read_mtok: { meter: 'cache_read_image', scale: perMillion },
  input_video_mtok: { meter: 'input_video', scale: perMillion },
  output_video_mtok: { meter: 'output_video', scale: perMillion },
  reasoning_mtok: { meter: 'reasoning', scale: perMillion },
  output_reasoning_mtok: { meter: 'reasoning', scale: perMillion },
  citation_mtok: { meter: 'citation', scale: perMillion },
  requests_kcount: { meter: 'request', scale: perThousand },
  web_search_kcount: { meter: 'web_search_call', scale: perThousand },
  web_searches_kcount: { meter: 'web_search_call', scale: perThousand },
  file_search_kcount: { meter: 'file_search_call', scale: perThousand },
  file_searches_kcount: { meter: 'file_search_call', scale: perThousand },
  pages_kcount: { meter: 'page', scale: perThousand },
  search_units_kcount: { meter: 'search_unit', scale: perThousand },
  characters_mcount: { meter: 'character', scale: perMillion },
};

export function isGenaiPrices(value: Json): boolean {
  const providers = providersIn(value);
  return providers.length > 0 && providers.every((each) => isObject(each) && isList(each['models']));
}

function providersIn(value: Json): readonly Json[] {
  if (isList(value)) return value;
  const inside = objectIn(value)['providers'];
  return isList(inside) ? inside : [];
}

export function readGenaiPrices(value: Json): ListReading {
  const reading = new Reading('genai-prices');
  for (const provider of providersIn(value).filter(isObject)) {
    const name = canonicalProvider(textIn(provider['id']) ?? '');
    for (const model of listIn(provider['models']).filter(isObject)) {
      const id = textIn(model['id']);
      if (id === undefined) reading.leave('model', 'it has no id', name);
      else for (const each of namesOf(id, model['match'])) readModel(reading, { provider: name, model: each }, model);
    }
  }
  return reading.done();
}

/** Its id, and every other name that must match wholly; patterns are no names. */
function namesOf(id: string, match: Json | undefined): ReadonlySet<string> {
  const rules = isList(objectIn(match)['or']) ? listIn(objectIn(match)['or']) : [match ?? null];
  return new Set([id, ...rules.flatMap((rule) => textIn(objectIn(rule)['equals']) ?? [])]);
}

function readModel(reading: Reading, place: Place, model: JsonObject): void {
  const prices = model['prices'];
  if (isObject(prices)) readPrices(reading, place, prices, {});
  for (const entry of listIn(prices).filter(isObject)) {
    const constraint = constraintOf(entry['constraint']);
    if (constraint === undefined) reading.leave('constraint', 'it is no day and no hours', place.model);
    else readPrices(reading, place, objectIn(entry['prices']), constraint);
  }
}

interface Constraint {
  readonly starts?: string;
  readonly when?: PriceCondition;
}

/** `undefined` for one that cannot be said. */
function constraintOf(constraint: Json | undefined): Constraint | undefined {
  if (constraint === undefined || constraint === null) return {};
  const { start_date, start_time, end_time, ...others } = objectIn(constraint);
  if (Object.keys(others).some((name) => name !== 'type')) return undefined;
  const starts = textIn(start_date);
  if (starts !== undefined) return start_time === undefined && end_time === undefined ? { starts } : undefined;
  const [from, to] = [hourIn(start_time), hourIn(end_time)];
  return from === undefined || to === undefined ? undefined : { when: { window: { from, to } } };
}

function hourIn(value: Json | undefined): string | undefined {
  return /^(\d{2}:\d{2})(?::00)?(?:Z|\+00:00)$/.exec(textIn(value) ?? '')?.[1];
}

function readPrices(reading: Reading, place: Place, prices: JsonObject, constraint: Constraint): void {
  for (const [field, value] of Object.entries(prices)) {
    const meaning = fields[field];
    if (value === null) continue;
    if (!meaning) reading.leave(field, 'no meter of ours counts it', place.model);
    else readPrice(reading, place, { field, value, meaning, constraint });
  }
}

interface PriceField {
  readonly field: string;
  readonly value: Json;
  readonly meaning: FieldMeaning;
  readonly constraint: Constraint;
}

function readPrice(reading: Reading, place: Place, { field, value, meaning, constraint }: PriceField): void {
  const meter = typeof meaning.meter === 'function' ? meaning.meter(place) : meaning.meter;
  const say = (text: string, tier?: PriceCondition): void => {
    const when = { ...constraint.when, ...tier };
    reading.price({
      ...place,
      meter,
      text,
      scale: meaning.scale,
      currency: 'usd',
      field,
      when,
      starts: constraint.starts,
    });
  };
  const single = numberIn(value);
  if (single !== undefined) {
    say(single);
    return;
  }
  const { base, tiers } = objectIn(value);
  const from = numberIn(base);
  if (from === undefined) reading.leave(field, 'it has neither a price nor a base price', place.model);
  else say(from);
  for (const tier of listIn(tiers)) {
    const [start, price] = [tokensIn(numberIn(objectIn(tier)['start'])), numberIn(objectIn(tier)['price'])];
    if (start === undefined || price === undefined)
      reading.leave(`${field}.tiers`, 'no threshold or no price', place.model);
    else say(price, longPrompt(place.provider, place.model, start));
  }
}

function listIn(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}
