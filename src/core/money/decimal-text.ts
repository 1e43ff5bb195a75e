// Decimals as people, spreadsheets and price lists write them: the point is moved, digits are kept, nothing is ever divided.

interface Digits {
  readonly negative: boolean;
  /** Without zeros in front or behind; empty for zero. */
  readonly digits: string;
  readonly exponent: number;
}

// Longer than any price; what is longer is not read as one.
const textMax = 60;
const exponentMax = 40;

function digitsOf(text: string): Digits | undefined {
  const match = text.length <= textMax ? /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text) : null;
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  const exponent = digits === '' ? 0 : Number(power) - fraction.length + (all.length - digits.length);
  return { negative: sign === '-' && digits !== '', digits, exponent };
}

/** The number `text` × 10^`places` as the shortest plain decimal; `undefined` for what is no number of sane size. */
export function shiftDecimal(text: string, places = 0): string | undefined {
  const read = digitsOf(text);
  if (!read) return undefined;
  const { negative, digits, exponent } = read;
  const power = exponent + places;
  if (digits === '') return '0';
  if (Math.abs(power) > exponentMax || digits.length > exponentMax) return undefined;
  const sign = negative ? '-' : '';
  if (power >= 0) return `${sign}${digits}${'0'.repeat(power)}`;
  const padded = digits.padStart(1 - power, '0');
  return `${sign}${padded.slice(0, power)}.${padded.slice(power)}`;
}

export function hasExponent(text: string): boolean {
  return /^-?\d+(\.\d+)?[eE][+-]?\d{1,3}$/.test(text);
}

/** `1e-7` becomes `0.0000001`; what is plain stays as it was written, trailing zeros too. Nothing for what is no number. */
export function plainDecimal(text: string): string | undefined {
  const trimmed = text.trim();
  if (hasExponent(trimmed)) return shiftDecimal(trimmed);
  if (!/^-?\d{1,40}(\.\d{1,40})?$/.test(trimmed)) return undefined;
  return /[1-9]/.test(trimmed) ? trimmed : trimmed.replace('-', '');
}

/** How many digits it takes to write the number, zeros at both ends apart. */
export function significantDigits(text: string): number {
  return digitsOf(text)?.digits.length ?? 0;
}

export function isNegative(text: string): boolean {
  return digitsOf(text)?.negative ?? false;
}
