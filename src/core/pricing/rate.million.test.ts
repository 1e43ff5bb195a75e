// A million random ratings against arithmetic of its own: nothing here but the rating itself comes from src/core.
import { expect, test } from 'vitest';
import type { Meter } from '#core/usage/meter.ts';
import type { Usage } from '#core/usage/usage.ts';
import { preparePrice } from './prepare.ts';
import { rate } from './rate.ts';

const prices = 2000;
const ratingsPerPrice = 500;

const seed = Number(process.env['RATING_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Mulberry32: from nothing up to one, the same for the same seed. */
function chanceFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const chance = chanceFrom(seed);
const upTo = (max: number) => Math.floor(chance() * (max + 1));
const oneOf = <Value>(...values: readonly [Value, ...Value[]]): Value => values[upTo(values.length - 1)] ?? values[0];

interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

interface MadePrice extends Fraction {
  readonly meter: Meter;
  readonly text: string;
  readonly per: string;
}

const scales = { usd: 12, cny: 11, jpy: 10, idr: 8 } as const;
const codes = ['usd', 'cny', 'jpy', 'idr'] as const;
const minorDigits = { usd: 2, cny: 2, jpy: 0, idr: 0 } as const;

function makePrice(meter: Meter, pers: readonly [number, ...number[]]): MadePrice {
  const decimals = 4 + upTo(2);
  const digits = 1 + upTo(10 ** upTo(5));
  const padded = String(digits).padStart(decimals + 1, '0');
  const text = `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
  const per = oneOf(...pers);
  return { meter, text, per: String(per), over: BigInt(digits), under: 10n ** BigInt(decimals) * BigInt(per) };
}

function makePrices(): readonly MadePrice[] {
  const tokens = [1_000_000, 1_000_000, 1000, 7000] as const;
  const always = [makePrice('input', tokens), makePrice('output', tokens), makePrice('cache_read', tokens)];
  const sometimes = [
    makePrice('cache_write_5m', tokens),
    makePrice('cache_write_1h', tokens),
    makePrice('reasoning', tokens),
    makePrice('request', [1000, 1000, 3]),
    makePrice('audio_second_in', [3600, 60]),
    makePrice('image', [10, 7]),
  ];
  return [...always, ...sometimes.filter(() => chance() < 0.5)];
}

interface MadeUsage {
  readonly usage: Usage;
  /** By meter, when each of them is priced. */
  readonly leaves: Readonly<Partial<Record<Meter, Fraction>>>;
}

const whole = (count: number): Fraction => ({ over: BigInt(count), under: 1n });

function makeUsage(priced: ReadonlySet<Meter>): MadeUsage {
  const size = 10 ** upTo(6);
  const fresh = upTo(size);
  const read = upTo(size);
  const [minutes, hour] = [
    priced.has('cache_write_5m') ? upTo(size) : 0,
    priced.has('cache_write_1h') ? upTo(size) : 0,
  ];
  const said = upTo(size);
  const thought = upTo(size);
  const centiseconds = upTo(360_000);
  const images = upTo(4);
  const prompt = fresh + read + minutes + hour;
  return {
    usage: {
      usage_unit: 'token',
      usage_quantity: String(prompt + said + thought),
      prompt_tokens: prompt,
      completion_tokens: said + thought,
      total_tokens: prompt + said + thought,
      completion_tokens_details: { reasoning_tokens: thought },
      cache_read_input_tokens: read,
      cache_creation_input_tokens: minutes + hour,
      cache_creation: { '5m': minutes, '1h': hour },
      quantities: { audio_second_in: (centiseconds / 100).toFixed(2), image: String(images) },
      status: 'reported',
      flags: [],
      normalizer: { id: 'made-up', version: '1' },
      raw_usage: null,
    },
    leaves: {
      input: whole(fresh),
      cache_read: whole(read),
      cache_write_5m: whole(minutes),
      cache_write_1h: whole(hour),
      output: whole(priced.has('reasoning') ? said : said + thought),
      reasoning: whole(thought),
      request: whole(1),
      audio_second_in: { over: BigInt(centiseconds), under: 100n },
      image: whole(images),
    },
  };
}

/** Exact, by meter: quantity × price × multiplier × exchange rate, in units of the currency. */
function exactLines(made: readonly MadePrice[], { leaves }: MadeUsage, factor: Fraction): ReadonlyMap<Meter, Fraction> {
  const lines = new Map<Meter, Fraction>();
  for (const { meter, over, under } of made) {
    const quantity = leaves[meter];
    if (quantity === undefined || quantity.over === 0n) continue;
    lines.set(meter, { over: quantity.over * over * factor.over, under: quantity.under * under * factor.under });
  }
  return lines;
}

function roundedSum(lines: Iterable<Fraction>): bigint {
  let over = 0n;
  let under = 1n;
  for (const line of lines) {
    over = over * line.under + line.over * under;
    under *= line.under;
  }
  const floor = over / under;
  const twice = (over % under) * 2n;
  if (twice === under) return floor + (floor % 2n);
  return twice > under ? floor + 1n : floor;
}

test(`1,000,000 random ratings: lines sum to the total, which equals an independent exact computation (seed ${seed})`, () => {
  let wrong = 0;
  let charged = 0;
  let rounded = 0;
  const facts = { occurred_at: '2026-11-16T12:00:00Z' };
  for (let index = 0; index < prices; index += 1) {
    const made = makePrices();
    const from = oneOf(...codes);
    const to = oneOf(from, ...codes);
    const exchange = { numerator: BigInt(1 + upTo(20)), denominator: BigInt(1 + upTo(200)) };
    const markup = oneOf(undefined, { numerator: 6n, denominator: 5n }, { numerator: 1n, denominator: 3n });
    const price = preparePrice({
      id: 'version-1',
      subject: { kind: 'model', name: 'maker/model' },
      book: 'list',
      currency: from,
      components: made.map(({ meter, text, per }) => ({ meter, price: text, per, currency: from })),
      modifiers: [],
      validFrom: '2026-01-01T00:00:00Z',
      recordedAt: '2026-01-01T00:00:00Z',
    });
    const conversion =
      from === to
        ? undefined
        : { fxRateId: 'rate-1', rate: exchange, to: { code: to, scale: scales[to], minorDigits: minorDigits[to] } };
    const factor = {
      over: 10n ** BigInt(scales[to]) * (markup?.numerator ?? 1n) * (conversion ? exchange.numerator : 1n),
      under: (markup?.denominator ?? 1n) * (conversion ? exchange.denominator : 1n),
    };
    const priced = new Set(made.map(({ meter }) => meter));
    for (let turn = 0; turn < ratingsPerPrice; turn += 1) {
      const consumed = makeUsage(priced);
      const receipt = rate({ usage: consumed.usage, facts, price, conversion, multiplier: markup });
      const exact = exactLines(made, consumed, factor);
      let sum = 0n;
      let fits = receipt.lines.length === exact.size;
      for (const { meter, amount } of receipt.lines) {
        const line = exact.get(meter) ?? { over: -1n, under: 1n };
        const off = amount * line.under - line.over;
        sum += amount;
        fits &&= off < line.under && off > -line.under;
        if (off !== 0n) rounded += 1;
      }
      if (!fits || sum !== receipt.total || receipt.total !== roundedSum(exact.values())) wrong += 1;
      if (receipt.total > 0n) charged += 1;
    }
  }
  expect(wrong).toBe(0);
  // It saw real money, and fractions of units among it.
  expect(charged).toBeGreaterThan(900_000);
  expect(rounded).toBeGreaterThan(100_000);
});
