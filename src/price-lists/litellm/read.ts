// LiteLLM's cost map: one flat object per model, US dollars per single unit, conditions at the end of field names.
import type { ModelKind } from '#core/catalog/catalog.ts';
import type { PriceCondition } from '#core/pricing/component.ts';
import { shiftDecimal } from '#core/money/decimal-text.ts';
import { isList, isObject, type Json, type JsonObject, numberIn, objectIn, textIn } from '#core/lossless-json.ts';
import { canonicalProvider } from '../provider-names.ts';
import { type ListReading, Reading } from '../reading.ts';
import { type ModelPlace, readFieldName } from './field.ts';
import { offPeakPrices, searchPrices, tieredPrices } from './nested.ts';
import { readUplifts } from './uplift.ts';

export function isLitellm(value: Json): boolean {
  const models = isObject(value) ? Object.values(value) : [];
  return (
    models.length > 0 &&
    models.every(isObject) &&
    models.some((each) => isObject(each) && typeof each['litellm_provider'] === 'string')
  );
}

export function readLitellm(value: Json): ListReading {
  const reading = new Reading('litellm');
  for (const [key, entry] of Object.entries(objectIn(value))) {
    // The list explains itself there.
    if (key !== 'sample_spec') readModel(reading, key, objectIn(entry));
  }
  return reading.done();
}

export interface Model extends ModelPlace {
  readonly kind: ModelKind | undefined;
  /** That its name says: the size and quality of images. */
  readonly when: PriceCondition;
}

function readModel(reading: Reading, key: string, entry: JsonObject): void {
  const model = modelOf(key, entry);
  const before = reading.candidates.length;
  for (const [field, value] of Object.entries(entry)) {
    if (nestedFields[field]) nestedFields[field](reading, model, value);
    else if (isPriceField(field) && !isUplift(field)) readPlainField(reading, model, { field, value });
  }
  readUplifts(reading, model, { entry, plain: reading.candidates.slice(before) });
}

const kinds: Readonly<Record<string, ModelKind>> = {
  chat: 'chat',
  completion: 'chat',
  responses: 'chat',
  realtime: 'chat',
  embedding: 'embedding',
  image_generation: 'image',
  image_edit: 'image',
  video_generation: 'video',
  audio_transcription: 'transcription',
  audio_speech: 'speech',
  moderation: 'moderation',
  rerank: 'rerank',
  ocr: 'ocr',
  search: 'service',
  vector_store: 'service',
  guardrail: 'service',
  evaluation: 'service',
};

const sizedName = /^(?:(low|medium|high|hd|standard|auto)\/)?(\d+)-x-(\d+)\/(.+)$/;

function modelOf(key: string, entry: JsonObject): Model {
  const said = textIn(entry['litellm_provider']) ?? '';
  const mode = textIn(entry['mode']) ?? '';
  // "vertex_ai-language-models" and its like are one provider each.
  const provider = canonicalProvider(said.startsWith('vertex_ai') ? 'vertex_ai' : said);
  const withoutProvider = key.startsWith(`${said}/`) ? key.slice(said.length + 1) : key.replace(/^vertex_ai\//, '');
  const [, quality, width, height, name] = sizedName.exec(withoutProvider) ?? [];
  return {
    provider,
    model: name ?? withoutProvider,
    mode,
    kind: kinds[mode],
    when: {
      ...(quality === undefined ? {} : { quality: [quality] }),
      ...(width === undefined || height === undefined ? {} : { size: [`${width}x${height}`] }),
    },
  };
}

function isPriceField(field: string): boolean {
  return /cost|price|pricing|uplift|multiplier/.test(field) && !/^(?:supports_|max_)/.test(field);
}

function isUplift(field: string): boolean {
  return /uplift/.test(field);
}

interface Said {
  readonly field: string;
  readonly value: Json;
  /** Beside those that the field's name makes. */
  readonly when?: PriceCondition;
}

function readPlainField(reading: Reading, model: Model, { field, value, when }: Said): void {
  const text = numberIn(value);
  const meaning = readFieldName(field, model);
  if (value === null) return;
  if (text === undefined) reading.leave(field, 'it is no number', model.model);
  else if ('why' in meaning) reading.leave(field, meaning.why, model.model);
  else if (/pixel/.test(field) && shiftDecimal(text) === '0') {
    reading.leave(field, 'a zero beside the price of the other side', model.model);
  } else {
    const { provider, model: name, kind } = model;
    const { meter, scale, doubts } = meaning;
    reading.price({
      provider,
      model: name,
      kind,
      meter,
      text,
      scale,
      currency: 'usd',
      field,
      when: { ...model.when, ...meaning.when, ...when },
      ...(doubts.length === 0 ? {} : { doubts }),
    });
  }
}

type NestedReader = (reading: Reading, model: Model, value: Json) => void;

/** Fields that hold more than one price, or none that can be said. */
const nestedFields: Readonly<Record<string, NestedReader>> = {
  search_context_cost_per_query: (reading, model, value) => {
    for (const { text, when } of searchPrices(value)) {
      const { provider, model: name, kind } = model;
      // One maker charges the request itself by how much is searched for it.
      const meter = provider === 'perplexity' ? 'request' : 'web_search_call';
      const said = { provider, model: name, kind, meter, text, scale: 0, currency: 'usd' } as const;
      reading.price({ ...said, when, field: 'search_context_cost_per_query' });
    }
  },
  tiered_pricing: (reading, model, value) => {
    for (const tier of isList(value) ? value : []) {
      const said = tieredPrices(tier);
      if (said === undefined) reading.leave('tiered_pricing', 'tiers of something else than tokens', model.model);
      else
        for (const [field, price] of said.prices)
          readPlainField(reading, model, { field, value: price, when: said.when });
    }
  },
  off_peak_pricing: (reading, model, value) => {
    const said = offPeakPrices(value);
    if (said === undefined) reading.leave('off_peak_pricing', 'hours that are not in UTC, or do not read', model.model);
    for (const when of said?.whens ?? []) {
      for (const [field, price] of said?.prices ?? []) readPlainField(reading, model, { field, value: price, when });
    }
  },
  web_search_billing_unit: (reading, model, value) => {
    if (value === 'per_prompt')
      reading.leave('web_search_billing_unit', 'searches that count once for a prompt', model.model);
  },
  guardrail_cost_per_unit: (reading, model) =>
    reading.leave('guardrail_cost_per_unit', 'no meter of ours counts it', model.model),
};
