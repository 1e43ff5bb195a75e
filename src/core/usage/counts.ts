// Reads counts out of what a provider sent: what is absent stays absent, what cannot be true is remembered.
import { decimalOf } from './exact-json.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** The first of these that is an object; `null` and `{}` are as good as absent. */
export function partOf(fields: Fields, ...names: readonly string[]): Fields {
  for (const name of names) {
    const value = fields[name];
    if (isFields(value)) return value;
  }
  return noFields;
}

const noFields: Fields = {};

/** The objects of a list; none when it is no list. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

export function wordOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export class Counts {
  readonly flags = new Set<string>();
  private refused = false;

  /** Something was negative, fractional, beyond 2⁵³, no number, or a part more than its whole. */
  get invalid(): boolean {
    return this.refused;
  }

  /** What was read cannot be true, and why. */
  refuse(why: string): void {
    this.refused = true;
    this.flags.add(why);
  }

  read(fields: Fields, name: string): number | undefined {
    const value = fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    this.refuse('INVALID_COUNT');
    return undefined;
  }

  /** One count in several places: the first that is there, and a flag when another disagrees. */
  readAny(...places: readonly (readonly [fields: Fields, name: string])[]): number | undefined {
    let found: number | undefined;
    for (const [fields, name] of places) {
      const value = this.read(fields, name);
      if (value !== undefined && found !== undefined && value !== found) this.flags.add('DUPLICATES_DISAGREE');
      found ??= value;
    }
    return found;
  }

  /** A part that is absent is none: the whole is told apart from its parts. */
  readPart(...places: readonly (readonly [fields: Fields, name: string])[]): number {
    return this.readAny(...places) ?? 0;
  }

  /** Plain decimal text of a measure, which may have a fraction. */
  readDecimal(fields: Fields, name: string): string | undefined {
    if (typeof fields[name] === 'string') this.refuse('INVALID_COUNT');
    return this.readText(fields, name);
  }

  /** The same where a provider is known to write its numbers as text: headers, and a few fields. */
  readText(fields: Fields, name: string): string | undefined {
    const value = fields[name];
    if (value === undefined || value === null) return undefined;
    const text = decimalOf(value);
    if (text !== undefined && !text.startsWith('-')) return text;
    this.refuse('INVALID_COUNT');
    return undefined;
  }

  /** A number that nobody reads may be one that is billed: `cache_write_tokens` came like that. */
  noteUnknown(fields: Fields, known: ReadonlySet<string>, looksLikeCount: (name: string) => boolean): void {
    for (const name in fields) {
      if (typeof fields[name] === 'number' && looksLikeCount(name) && !known.has(name)) {
        this.flags.add('UNKNOWN_USAGE_FIELD');
      }
    }
  }
}

/** For objects whose counts of tokens stand among other numbers. */
export function namesTokens(name: string): boolean {
  return /token/i.test(name);
}
