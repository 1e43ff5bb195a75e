// Columns of a table that people fill in, and how each is read: from JSON, from the text of a CSV, from the database.
import type { NameRule } from '#core/catalog/names.ts';
import { NumberText } from '#core/lossless-json.ts';
import { plainDecimal, significantDigits } from '#core/money/decimal-text.ts';
import { compare, nothing, parseDecimal, rational } from '#core/money/rational.ts';

export type FieldKind = 'text' | 'uuid' | 'decimal' | 'percent' | 'count' | 'date' | 'flag' | 'choice';

export type FieldReading<Value> = { readonly value: Value } | { readonly problem: string };

export interface Field<Value, Required extends boolean = boolean> {
  readonly kind: FieldKind;
  readonly required: Required;
  /** For people: what stands in it. */
  readonly says: string;
  readonly choices?: readonly string[];
  read(given: unknown): FieldReading<Value>;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** What a table's rows hold: null where an optional field was left out. */
export type RowOf<Table extends Fields> = {
  readonly [Name in keyof Table]: Table[Name] extends Field<infer Value, infer Required>
    ? Required extends true
      ? Value
      : Value | null
    : never;
};

type Optional<Value> = Field<Value, false>;

export function required<Value>(field: Field<Value>): Field<Value, true> {
  return { ...field, required: true };
}

// Postgres keeps no NUL, and no other control sign belongs into a name.
const anyText: NameRule = { max: 2000, pattern: /^[^\p{Cc}]+$/u, advice: 'Write some text, on one line.' };

export function text(says: string, { max, pattern, advice }: NameRule = anyText): Optional<string> {
  return {
    kind: 'text',
    required: false,
    says,
    read(given) {
      if (typeof given !== 'string') return { problem: 'Write text.' };
      return given.length <= max && pattern.test(given) ? { value: given } : { problem: advice };
    },
  };
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function uuid(says: string): Optional<string> {
  return {
    kind: 'uuid',
    required: false,
    says,
    read: (given) =>
      typeof given === 'string' && uuidPattern.test(given)
        ? { value: given.toLowerCase() }
        : { problem: 'Write a UUID, or leave it out and one is made.' },
  };
}

export function choice<const Value extends string>(says: string, choices: readonly Value[]): Optional<Value> {
  return {
    kind: 'choice',
    required: false,
    says,
    choices,
    read(given) {
      const found = choices.find((each) => each === given);
      return found === undefined ? { problem: `Choose one of: ${choices.join(', ')}.` } : { value: found };
    },
  };
}

export function flag(says: string): Optional<boolean> {
  return {
    kind: 'flag',
    required: false,
    says,
    read(given) {
      const said = typeof given === 'string' ? given.toLowerCase() : given;
      if (said === true || said === 'true') return { value: true };
      return said === false || said === 'false' ? { value: false } : { problem: 'Write true or false.' };
    },
  };
}

/** Zero or more, as exact text. */
export function decimal(says: string): Optional<string> {
  return { kind: 'decimal', required: false, says, read: readDecimal };
}

const hundred = rational(100n);

/** From 0 to 100, as exact text. */
export function percent(says: string): Optional<string> {
  return {
    kind: 'percent',
    required: false,
    says,
    read(given) {
      const reading = readDecimal(given);
      if ('problem' in reading) return reading;
      return compare(parseDecimal(reading.value), hundred) > 0n
        ? { problem: `${reading.value} is more than 100. Write a percentage from 0 to 100.` }
        : reading;
    },
  };
}

// What every double gives back as it was written; with more digits it may be the residue of somebody's arithmetic.
const exactDigits = 15;

function readDecimal(given: unknown): FieldReading<string> {
  if (given instanceof NumberText && significantDigits(given.text) > exactDigits) {
    return {
      problem: `${given.text} has more digits than a floating-point number keeps. If it is meant, write it as text: "${given.text}".`,
    };
  }
  const plain = textOf(given);
  if (plain === undefined) return { problem: 'This is no decimal number. Write one such as "0.0025".' };
  if (compare(parseDecimal(plain), nothing) < 0n) return { problem: `${plain} is less than zero.` };
  return { value: plain };
}

export function count(says: string): Optional<number> {
  return {
    kind: 'count',
    required: false,
    says,
    read(given) {
      const value = Number.isSafeInteger(given) ? Number(given) : wholeIn(textOf(given));
      return value === undefined || value < 0
        ? { problem: 'Write a whole number, zero or more, such as 500.' }
        : { value };
    },
  };
}

function wholeIn(plain: string | undefined): number | undefined {
  if (plain === undefined) return undefined;
  const { numerator, denominator } = parseDecimal(plain);
  const fits = denominator === 1n && numerator <= BigInt(Number.MAX_SAFE_INTEGER);
  return fits ? Number(numerator) : undefined;
}

// Shorter than the longest that is computed with, so that what is made of it still can be.
const decimalTextMax = 50;

function textOf(given: unknown): string | undefined {
  const said = given instanceof NumberText ? given.text : given;
  const plain = typeof said === 'string' ? plainDecimal(said) : undefined;
  return plain !== undefined && plain.length <= decimalTextMax ? plain : undefined;
}

export function date(says: string): Optional<string> {
  return {
    kind: 'date',
    required: false,
    says,
    read: (given) =>
      typeof given === 'string' && isDay(given)
        ? { value: given }
        : { problem: 'Write a day of the calendar as YYYY-MM-DD, such as "2026-01-31".' },
  };
}

function isDay(given: string): boolean {
  if (!/^(19|2\d)\d\d-\d\d-\d\d$/.test(given)) return false;
  const at = Date.parse(`${given}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(given);
}
