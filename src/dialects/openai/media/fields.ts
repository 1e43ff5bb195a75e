// Reads single fields of a media call; each says what it must be when it is something else.
import { refusedField } from '../refused-fields.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Thrown by the readers of this folder and caught once, where a call is read. */
export class WrongField extends Error {
  readonly param: string;

  constructor(param: string, message: string) {
    super(message);
    this.name = 'WrongField';
    this.param = param;
  }
}

export function mustBe(param: string, expected: string): WrongField {
  return new WrongField(param, `"${param}" must be ${expected}.`);
}

export function refuseFields(fields: Fields, deciding: ReadonlySet<string>): void {
  const refused = refusedField(fields, deciding);
  if (refused) throw new WrongField(refused.param, refused.message);
}

export function textIn(fields: Fields, param: string, lengthMax = Infinity): string | undefined {
  const value = fields[param];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || value.length > lengthMax) throw mustBe(param, 'a text');
  return value;
}

/** A short word, as prices have it in their conditions. */
export function wordIn(fields: Fields, param: string): string | undefined {
  const value = textIn(fields, param);
  if (value !== undefined && value.length > 64) throw mustBe(param, 'a short word');
  return value;
}

export function requiredText(fields: Fields, param: string, expected: string): string {
  const value = textIn(fields, param);
  if (value === undefined) throw mustBe(param, expected);
  return value;
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Forms write their numbers as text. */
export function wholeIn(fields: Fields, param: string, { min, max }: Range): number | undefined {
  const value = numberIn(fields, param, { min, max });
  if (value !== undefined && !Number.isSafeInteger(value)) throw mustBe(param, `a whole number from ${min} to ${max}`);
  return value;
}

export function numberIn(fields: Fields, param: string, { min, max }: Range): number | undefined {
  const value = fields[param];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && /^\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= min && number <= max)) {
    throw mustBe(param, `a number from ${min} to ${max}`);
  }
  return number;
}

export function switchIn(fields: Fields, param: string): boolean {
  const value = fields[param];
  if (value === undefined || value === null || value === false || value === 'false') return false;
  if (value === true || value === 'true') return true;
  throw mustBe(param, 'true or false');
}

/** What is said and has no word of ours. */
export function foreignIn(fields: Fields, known: ReadonlySet<string>): readonly string[] {
  return Object.keys(fields).filter((name) => !known.has(name) && fields[name] !== null && fields[name] !== undefined);
}
