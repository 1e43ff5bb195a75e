// JSON whose numbers keep their digits: one that a double cannot hold stays the text it was, in memory and written again.
import { parseNumbers } from '../lossless-json.ts';

declare global {
  interface JSON {
    /** ECMAScript's own, which the library's declarations do not know yet. */
    rawJSON(text: string): object;
    isRawJSON(value: unknown): value is { readonly rawJSON: string };
  }
}

/** @throws SyntaxError when the text is no JSON. */
export function parseExactJson(text: string): unknown {
  return parseNumbers(text, (value, source) =>
    source === undefined || decimalOf(value) === decimalOf(source) ? value : JSON.rawJSON(source),
  );
}

/** Plain decimal text, without exponent and needless zeros, of a number, its text, or one kept as text. */
export function decimalOf(value: unknown): string | undefined {
  const text = JSON.isRawJSON(value) ? value.rawJSON : value;
  if (typeof text !== 'number' && typeof text !== 'string') return undefined;
  const match = numberText.exec(String(text));
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > exponentMax) return undefined;
  const digits = `${'0'.repeat(Math.max(0, -exponent))}${whole}${fraction}${'0'.repeat(Math.max(0, exponent))}`;
  const point = Math.max(0, -exponent) + whole.length + exponent;
  const before = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  const after = digits.slice(point).replace(/0+$/, '');
  const plain = after === '' ? before : `${before}.${after}`;
  if (plain.length > plainMax) return undefined;
  return plain === '0' || sign === '' ? plain : `-${plain}`;
}

const numberText = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;
// Nothing that is counted or paid is larger or finer.
const exponentMax = 40;
const plainMax = 58;
