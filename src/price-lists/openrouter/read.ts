// OpenRouter's /api/v1/models: US dollars per token, call or search, written as text. Its own prices, not the makers'.
import type { PriceCondition } from '#core/pricing/component.ts';
import type { Doubt } from '#core/price-sync/candidate.ts';
import { shiftDecimal } from '#core/money/decimal-text.ts';
import type { Meter } from '#core/usage/meter.ts';
import { isList, isObject, type Json, type JsonObject, numberIn, objectIn, textIn } from '#core/lossless-json.ts';
import { cacheWriteMeter, tokensIn } from '../meters-of-makers.ts';
import { type ListReading, Reading } from '../reading.ts';

const provider = 'openrouter';

const meterOf: Readonly<Record<string, Meter>> = {
  prompt: 'input',
  completion: 'output',
  request: 'request',
  image_token: 'input_image',
  image_output: 'output_image',
  audio: 'input_audio',
  audio_output: 'output_audio',
  input_audio_cache: 'cache_read_audio',
  video: 'input_video',
  web_search: 'web_search_call',
  internal_reasoning: 'reasoning',
  input_cache_read: 'cache_read',
  input_cache_write: 'cache_write',
  input_cache_write_1h: 'cache_write_1h',
};

// The list writes "0" there for what a model does not have.
const zeroMeansNone: ReadonlySet<string> = new Set([
  'request',
  'image',
  'web_search',
  'internal_reasoning',
  'discount',
]);

export function isOpenRouter(value: Json): boolean {
  const models = objectIn(value)['data'];
  return isList(models) && models.length > 0 && models.every((each) => isObject(each) && isObject(each['pricing']));
}

export function readOpenRouter(value: Json): ListReading {
  const reading = new Reading(provider);
  const models = objectIn(value)['data'];
  for (const each of isList(models) ? models.filter(isObject) : []) {
    const model = textIn(each['id']);
    if (model === undefined) reading.leave('model', 'it has no id', '?');
    else readModel(reading, model, each);
  }
  return reading.done();
}

function readModel(reading: Reading, model: string, row: JsonObject): void {
  const pricing = objectIn(row['pricing']);
  const chats = listOf(objectIn(row['architecture'])['output_modalities']).every((each) => each === 'text');
  const discounted = (shiftDecimal(numberIn(pricing['discount']) ?? '0') ?? '0') !== '0';
  const about: About = {
    model,
    ...(chats ? { kind: 'chat' as const } : {}),
    doubts: discounted ? ['list_discount'] : [],
    promptText: numberIn(pricing['prompt']),
  };
  const { overrides, discount: _, ...plain } = pricing;
  for (const [field, said] of Object.entries(plain)) readField(reading, about, { field, said });
  readOverrides(reading, about, overrides);
}

interface About {
  readonly model: string;
  readonly kind?: 'chat';
  readonly doubts: readonly Doubt[];
  readonly promptText: string | undefined;
}

interface Field {
  readonly field: string;
  readonly said: Json;
  readonly when?: PriceCondition;
}

function readField(reading: Reading, about: About, { field, said, when }: Field): void {
  const text = numberIn(said);
  const { model, kind, doubts } = about;
  if (said === null) return;
  if (text === undefined) {
    reading.leave(field, 'it is no number', model);
    return;
  }
  if (zeroMeansNone.has(field) && shiftDecimal(text) === '0') return;
  const meter = meterFor(field, about, text);
  if (meter === undefined) {
    reading.leave(
      field,
      field === 'image' ? 'per image, or per token of one: it does not say' : 'no meter of ours counts it',
      model,
    );
    return;
  }
  reading.price({ kind, doubts, provider, model, meter, text, scale: 0, currency: 'usd', field, when });
}

function meterFor(field: string, { model, promptText }: About, text: string): Meter | undefined {
  if (field === 'input_cache_write') return cacheWriteMeter(provider, model);
  // An image that costs what one token of text costs is priced by its tokens.
  if (field === 'image')
    return promptText !== undefined && shiftDecimal(text) === shiftDecimal(promptText) ? 'input_image' : undefined;
  return meterOf[field];
}

const overrideConditions: ReadonlySet<string> = new Set(['min_prompt_tokens', 'utc_days', 'utc_start', 'utc_end']);

/** Of several that name the same field for the same calls, the later one counts. */
function readOverrides(reading: Reading, about: About, overrides: Json | undefined): void {
  const last = new Map<string, Field>();
  for (const override of listOf(overrides).filter(isObject)) {
    const when = overrideCondition(override);
    if (when === undefined) {
      reading.leave('overrides', 'a condition that cannot be said', about.model);
      continue;
    }
    for (const [field, said] of Object.entries(override)) {
      if (!overrideConditions.has(field)) last.set(`${field} ${JSON.stringify(when)}`, { field, said, when });
    }
  }
  for (const field of last.values()) readField(reading, about, field);
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

function overrideCondition(override: JsonObject): PriceCondition | undefined {
  const least = override['min_prompt_tokens'];
  const tokens = tokensIn(numberIn(least));
  if (least !== undefined && least !== null && tokens === undefined) return undefined;
  const window = windowOf(override);
  if (window === 'unclear') return undefined;
  const when = {
    ...(tokens === undefined ? {} : { prompt_tokens: { gt: tokens } }),
    ...(window === undefined ? {} : { window }),
  };
  return Object.keys(when).length === 0 ? undefined : when;
}

function windowOf(override: JsonObject): PriceCondition['window'] | 'unclear' {
  const { utc_days, utc_start, utc_end } = override;
  const named = listOf(utc_days).map((day) => days.indexOf((textIn(day) ?? '').slice(0, 3).toLowerCase()) + 1);
  const [from, to] = [textIn(utc_start)?.slice(0, 5), textIn(utc_end)?.slice(0, 5)];
  const readable =
    named.every((day) => day > 0) && [from, to].every((each) => each === undefined || /^\d\d:\d\d$/.test(each));
  if (!readable || (from === undefined) !== (to === undefined)) return 'unclear';
  if (named.length === 0 && from === undefined) return undefined;
  return {
    ...(named.length === 0 ? {} : { iso_weekdays: named }),
    ...(from === undefined || to === undefined ? {} : { from, to }),
  };
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}
