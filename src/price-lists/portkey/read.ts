// Portkey's pricing files: one provider each, named by the file; US cents; a matrix by region, mode and context.
import type { PriceCondition } from '#core/pricing/component.ts';
import { componentKey } from '#core/price-sync/candidate.ts';
import { isNegative, shiftDecimal } from '#core/money/decimal-text.ts';
import type { Meter } from '#core/usage/meter.ts';
import { isObject, type Json, type JsonObject, numberIn, objectIn, textIn } from '#core/lossless-json.ts';
import { cacheWriteMeter, longPrompt, tokensIn } from '../meters-of-makers.ts';
import { canonicalProvider } from '../provider-names.ts';
import { type ListReading, Reading } from '../reading.ts';
import { isDefaultOfCall, modeCondition, tokenMeter, unitMeaning } from './meters.ts';

const cents = -2;

interface Place {
  readonly provider: string;
  readonly model: string;
  readonly currency: string;
}

export function isPortkey(value: Json): boolean {
  const models = isObject(value) ? Object.values(value) : [];
  return (
    models.length > 0 &&
    models.every(isObject) &&
    models.some((each) => isObject(each) && (isObject(each['pricing_config']) || isObject(each['custom_pricing'])))
  );
}

/** Its Zhipu prices are those of Z.AI, in dollars; Zhipu itself bills in yuan. */
function providerOf(fileName: string): string {
  const name = canonicalProvider(fileName.replace(/\.json$/, ''));
  return name === 'zhipu' ? 'zai' : name;
}

export function readPortkey(value: Json, fileName: string): ListReading {
  const reading = new Reading('portkey');
  const provider = providerOf(fileName);
  const matrices = new Map<string, PriceMatrix>();
  for (const [name, entry] of Object.entries(objectIn(value))) {
    if (name === 'default') reading.leave('default', 'it is for no model in particular', provider);
    else readModel(reading, matrices, { provider, name, entry: objectIn(entry) });
  }
  for (const matrix of matrices.values()) matrix.say();
  return reading.done();
}

// Some models stand in the file twice, for short prompts and for long ones.
const contextSuffix = /-(lte|gt)-(\d+)k$/;

interface Entry {
  readonly provider: string;
  readonly name: string;
  readonly entry: JsonObject;
}

function readModel(reading: Reading, matrices: Map<string, PriceMatrix>, { provider, name, entry }: Entry): void {
  const config = objectIn(entry['pricing_config']);
  const [suffix, side, thousands] = contextSuffix.exec(name) ?? [];
  const model = suffix === undefined ? name : name.slice(0, -suffix.length);
  const place: Place = { provider, model, currency: (textIn(config['currency']) ?? 'usd').toLowerCase() };
  const tokens = tokensIn(`${thousands ?? ''}000`);
  const context = side === 'gt' && tokens !== undefined ? longPrompt(provider, model, tokens) : {};
  const matrix = matrices.get(model) ?? new PriceMatrix(reading, place);
  matrices.set(model, matrix);
  matrix.read(objectIn(config['pay_as_you_go']), context);
  matrix.read(objectIn(config['batch_config']), { ...context, service_tier: ['batch'] });
  if (config['finetune_config'] !== undefined) reading.leave('finetune_config', 'training is not metered', model);
  if (config['calculate'] !== undefined) reading.leave('calculate', 'how a price is computed is ours to say', model);
  const fixed = config['fixed_cost'];
  if (fixed !== undefined) matrix.read({ fixed_cost: fixed }, context);
  readCustomPricing(reading, matrix, { ...place, custom: objectIn(entry['custom_pricing']) });
}

interface CustomPlace extends Place {
  readonly custom: JsonObject;
}

function readCustomPricing(reading: Reading, matrix: PriceMatrix, { provider, model, custom }: CustomPlace): void {
  const thresholds = Object.entries(objectIn(custom['context_tier_map']));
  for (const [regions, { execution_modes: modes }] of objects(custom['regions'])) {
    const region: PriceCondition =
      regions === 'default' ? {} : { region: regions.split(',').map((each) => each.trim()) };
    for (const [mode, cell] of objects(modes)) {
      const spoken = modeCondition(mode);
      if (spoken === undefined) {
        reading.leave(`execution_modes.${mode}`, 'no such way of calling is known', model);
        continue;
      }
      const base = { ...region, ...spoken };
      matrix.read(objectIn(objectIn(cell['pricing_config'])['pay_as_you_go']), base);
      const tiers = objects(cell['context_tiers']);
      for (const [tier, { pricing_config }] of tiers) {
        const context = contextCondition({ provider, model, tier, thresholds, alone: tiers.length === 1 });
        if (context === undefined) reading.leave(`context_tiers.${tier}`, 'its threshold is not said', model);
        else matrix.read(objectIn(objectIn(pricing_config)['pay_as_you_go']), { ...base, ...context });
      }
    }
  }
}

interface TierPlace extends Pick<Place, 'provider' | 'model'> {
  readonly tier: string;
  readonly thresholds: readonly (readonly [string, Json])[];
  /** The mode has no other tier. */
  readonly alone: boolean;
}

/** Below the threshold is where the plain price is, unless there is none for the calls above it. */
function contextCondition({ provider, model, tier, thresholds, alone }: TierPlace): PriceCondition | undefined {
  const start = thresholds.find(([, name]) => name === tier)?.[0];
  const tokens = tokensIn(start);
  if (tokens === undefined) return undefined;
  if (tokens > 0) return longPrompt(provider, model, tokens);
  const next = Math.min(...thresholds.map(([from]) => tokensIn(from) ?? 0).filter((from) => from > 0));
  return alone && Number.isFinite(next) ? { prompt_tokens: { lte: next } } : {};
}

function objects(value: Json | undefined): readonly (readonly [string, JsonObject])[] {
  return Object.entries(objectIn(value)).flatMap(([name, each]) => (isObject(each) ? [[name, each] as const] : []));
}

interface Cell {
  readonly meter: Meter;
  readonly when: PriceCondition;
  readonly text: string;
  readonly field: string;
}

/** One model's prices: gathered first, because a zero means nothing beside prices of another measure. */
class PriceMatrix {
  readonly #reading: Reading;
  readonly #place: Place;
  readonly #cells: Cell[] = [];

  constructor(reading: Reading, place: Place) {
    this.#reading = reading;
    this.#place = place;
  }

  read(prices: JsonObject, when: PriceCondition): void {
    for (const [field, value] of Object.entries(prices)) {
      if (field === 'image') this.#readImages(objectIn(value), when);
      else if (field === 'additional_units') this.#readUnits(objectIn(value), when);
      else this.#readToken(field, value, when);
    }
  }

  say(): void {
    const hasPrice = this.#cells.some(({ text }) => !isZero(text));
    for (const cell of this.#cells) {
      // Prices that nobody filled in.
      if (hasPrice && isZero(cell.text) && isPlaceholder(cell, this.#cells)) {
        this.#reading.leave(cell.field, 'a zero in the place of a price that other fields give', this.#place.model);
      } else if (!this.#isEverywhere(cell) && !this.#isRepeatOfShort(cell)) {
        this.#reading.price({ ...this.#place, ...cell, scale: cents });
      }
    }
  }

  // A price that is the same under every condition has none.
  #isEverywhere({ meter, when }: Cell): boolean {
    if (Object.keys(when).length === 0) return false;
    const same = this.#cells.filter((each) => each.meter === meter);
    const prices = new Set(same.map(({ text }) => shiftDecimal(text)));
    return prices.size === 1 && same.some((each) => Object.keys(each.when).length === 0);
  }

  // A price for long prompts that is the same as for short ones is no second price.
  #isRepeatOfShort({ meter, when, text }: Cell): boolean {
    if (when.prompt_tokens === undefined || when.prompt_tokens.lte !== undefined) return false;
    const { prompt_tokens: _, ...short } = when;
    const key = componentKey({ meter, when: short });
    const same = this.#cells.filter((each) => componentKey(each) === key);
    return same.length > 0 && same.every((each) => shiftDecimal(each.text) === shiftDecimal(text));
  }

  #readToken(field: string, value: Json, when: PriceCondition): void {
    const { provider, model } = this.#place;
    const meter = field === 'cache_write_input_token' ? cacheWriteMeter(provider, model) : tokenMeter(field);
    if (meter === undefined) this.#reading.leave(field, 'no meter of ours counts it', model);
    else this.#take({ meter, when, field }, value);
  }

  #readUnits(units: JsonObject, when: PriceCondition): void {
    for (const [name, value] of Object.entries(units)) {
      const field = `additional_units.${name}`;
      const meaning = unitMeaning(name);
      if (meaning) this.#take({ meter: meaning.meter, when: { ...when, ...meaning.when }, field }, value);
      else if (isDefaultOfCall(name)) this.#reading.leave(field, 'a setting, not a price', this.#place.model);
      else this.#reading.leave(field, 'no meter of ours counts it', this.#place.model);
    }
  }

  #readImages(qualities: JsonObject, when: PriceCondition): void {
    for (const [quality, sizes] of Object.entries(qualities)) {
      for (const [size, value] of Object.entries(objectIn(sizes))) {
        const chosen = {
          ...(quality === 'default' ? {} : { quality: [quality] }),
          ...(size === 'default' ? {} : { size: [size] }),
        };
        this.#take({ meter: 'image', when: { ...when, ...chosen }, field: 'image' }, value);
      }
    }
  }

  #take(cell: Omit<Cell, 'text'>, value: Json): void {
    const text = numberIn(objectIn(value)['price']) ?? numberIn(value);
    if (text === undefined) this.#reading.leave(cell.field, 'it has no price', this.#place.model);
    else this.#cells.push({ ...cell, text });
  }
}

function isZero(text: string): boolean {
  return !isNegative(text) && shiftDecimal(text) === '0';
}

const plainTokens: ReadonlySet<Meter> = new Set(['input', 'output', 'input_audio', 'output_audio']);

/** A zero for tokens where another price of the same meter is given, or where something else than text is sold. */
function isPlaceholder({ meter, when }: Cell, cells: readonly Cell[]): boolean {
  if (!plainTokens.has(meter)) return false;
  const others = cells.filter((each) => !isZero(each.text));
  const sameMeter = others.some((each) => componentKey(each) === componentKey({ meter, when }));
  return sameMeter || !others.some((each) => each.meter === 'input' || each.meter === 'output');
}
