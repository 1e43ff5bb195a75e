// The price that a row says, or all that is wrong with it.
import { amountMax } from '#core/money/amount.ts';
import { currencyCodes, findCurrency } from '#core/money/currency.ts';
import { hasExponent, plainDecimal } from '#core/money/decimal-text.ts';
import { dividedBy, parseDecimal, rational, times } from '#core/money/rational.ts';
import type { PricingModel } from '#core/pricing/component.ts';
import { type MatrixPrice, perPattern, type PriceField, priceFields, tokenPriceFields, usualModel } from './cell.ts';
import type { ErrorCode, MatrixRow } from './row.ts';

export interface FieldProblem {
  readonly field: string;
  readonly code: ErrorCode;
  readonly message: string;
}

export type PriceReading =
  | { readonly kind: 'price'; readonly price: MatrixPrice }
  | { readonly kind: 'none' }
  /** `empty`: and there is no price in it either. */
  | { readonly kind: 'wrong'; readonly problems: readonly FieldProblem[]; readonly empty: boolean };

export function readPrice(row: MatrixRow): PriceReading {
  const said = priceFields.flatMap((field) => {
    const text = filled(row[field]);
    return text === undefined ? [] : [{ field, text: withoutExponent(text) }];
  });
  const currencyCode = filled(row.currency) ?? 'usd';
  const currency = findCurrency(currencyCode);
  const byToken = said.some(({ field }) => field !== 'price_per_request');
  const per = byToken ? (perWords.get(filled(row.per)?.toLowerCase() ?? '') ?? filled(row.per)) : undefined;
  const model = filled(row.pricing_model);
  const scale = currency?.scale ?? 0;
  const problems: FieldProblem[] = [
    ...(currency ? [] : [problem('currency', 'unknown_currency', unknownCurrency(currencyCode))]),
    ...(byToken ? perProblems(per) : []),
    ...said.flatMap(({ field, text }) =>
      priceProblems(field, text, { scale, per: field === 'price_per_request' ? '1' : per }),
    ),
    ...contradictions(said.map(({ field }) => field)),
    ...modelProblems(model),
  ];
  if (said.length === 0 && problems.length === 0) return { kind: 'none' };
  if (problems.length > 0 || !currency) return { kind: 'wrong', problems, empty: said.length === 0 };
  const prices: MatrixPrice['prices'] = Object.fromEntries(said.map(({ field, text }) => [field, text]));
  return {
    kind: 'price',
    price: {
      prices,
      ...(per === undefined ? {} : { per }),
      currency: currency.code,
      pricingModel: asPricingModel(model) ?? usualModel({ prices }),
    },
  };
}

/** What is written with an exponent is read digit by digit. */
function withoutExponent(text: string): string {
  return hasExponent(text) ? (plainDecimal(text) ?? text) : text;
}

/** Text with something in it. */
export function filled(text: string | null | undefined): string | undefined {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? undefined : trimmed;
}

const perWords: ReadonlyMap<string, string> = new Map([
  ['1m', '1000000'],
  ['1k', '1000'],
  ['token', '1'],
]);

// More would be no price that anybody means, and a bound on what is kept for ever.
const decimalsMax = 30;

function priceProblems(
  field: PriceField,
  text: string,
  { scale, per }: { readonly scale: number; readonly per: string | undefined },
): readonly FieldProblem[] {
  const match = /^(-?)\d+(?:\.(\d+))?$/.exec(text);
  if (!match || text.length > 60) return [problem(field, 'not_decimal', notDecimal(text))];
  const [, sign, decimals = ''] = match;
  if (sign === '-' && /[1-9]/.test(text)) {
    return [problem(field, 'negative', `"${text}" is less than zero. A price is zero or more.`)];
  }
  if (sign === '-') return [problem(field, 'not_decimal', `Write "${text.slice(1)}" for what is free.`)];
  if (decimals.length > decimalsMax) {
    return [problem(field, 'too_fine', `"${text}" has more than ${decimalsMax} decimals.`)];
  }
  if (per === undefined || !perPattern.test(per)) return [];
  const units = times(dividedBy(parseDecimal(text), parseDecimal(per)), rational(10n ** BigInt(scale)));
  return units.numerator > amountMax * units.denominator
    ? [problem(field, 'too_large', `"${text}" is more than can be charged for a single unit.`)]
    : [];
}

function notDecimal(text: string): string {
  const comma = /^-?\d+,\d+$/.test(text) ? ' Use a point for the decimals.' : '';
  return `"${text.slice(0, 60)}" is not a plain decimal number such as "0.15".${comma}`;
}

function perProblems(per: string | undefined): readonly FieldProblem[] {
  if (per === undefined) {
    return [problem('per', 'per', 'Say how many tokens the prices are for: 1000000, 1000 or 1.')];
  }
  if (perPattern.test(per)) return [];
  return [problem('per', 'per', `"${per.slice(0, 60)}" is not 1, 1000, 1000000 or another power of ten.`)];
}

function contradictions(said: readonly PriceField[]): readonly FieldProblem[] {
  const apart = tokenPriceFields.filter((field) => field !== 'price_per_token' && said.includes(field));
  if (!said.includes('price_per_token') || apart.length === 0) return [];
  const message = `price_per_token is for every token alike: leave it out, or leave out ${apart.join(', ')}.`;
  return [problem('price_per_token', 'contradiction', message)];
}

const pricingModels = ['per_token', 'per_request', 'hybrid'] as const satisfies readonly PricingModel[];

function asPricingModel(text: string | undefined): PricingModel | undefined {
  return pricingModels.find((each) => each === text);
}

function modelProblems(text: string | undefined): readonly FieldProblem[] {
  if (text === undefined || asPricingModel(text)) return [];
  const message = `"${text.slice(0, 60)}" is none of ${pricingModels.join(', ')}.`;
  return [problem('pricing_model', 'pricing_model', message)];
}

function unknownCurrency(code: string): string {
  return `Unknown currency "${code.slice(0, 60)}". Known: ${currencyCodes.join(', ')}.`;
}

function problem(field: string, code: ErrorCode, message: string): FieldProblem {
  return { field, code, message };
}
