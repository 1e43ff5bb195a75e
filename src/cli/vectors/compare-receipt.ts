// A receipt against the lines and amounts that are expected of it, to the last digit.
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import {
  compare,
  dividedBy,
  nothing,
  parseDecimal,
  parseExact,
  plus,
  type Rational,
  times,
} from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import type { Receipt, ReceiptLine } from '#core/pricing/receipt.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import type { Usage } from '#core/usage/usage.ts';
import { errorDifferences } from './compare-error.ts';
import { words } from './words.ts';

export interface Came {
  readonly usage: Usage;
  readonly usd: Receipt | undefined;
  readonly native: Receipt;
}

export function receiptDifferences(expected: Fields, came: Came): readonly string[] {
  return [
    ...lineDifferences(expected['expected_lines'], came.native),
    ...amountDifference('expected_cost_usd', expected, came.usd),
    ...amountDifference('expected_cost_native', expected, came.native),
    ...fractionDifference(expected['expected_exact_fraction'], came),
    ...errorDifferences(expected, came),
  ];
}

function lineDifferences(expected: unknown, receipt: Receipt): readonly string[] {
  if (!isFields(expected)) return [];
  const came = Map.groupBy(receipt.lines, nameOf);
  const names = new Set([...Object.keys(expected), ...came.keys()]);
  return [...names].flatMap((name) => {
    const wanted = decimalOf(expected[name] ?? '0') ?? words(expected[name]);
    const lines = came.get(name) ?? [];
    // Units that an allowance made free have a line of their own: a case may count them, or only what was charged.
    const all = quantityOf(lines);
    const charged = quantityOf(lines.filter((line) => !isFree(line)));
    return wanted === all || wanted === charged ? [] : [`expected_lines.${name}: ${all}, expected ${wanted}`];
  });
}

function quantityOf(lines: readonly ReceiptLine[]): string {
  return exactText(lines.map(({ quantity }) => parseExact(quantity)).reduce(plus, nothing));
}

function isFree({ above, price }: ReceiptLine): boolean {
  return above !== undefined && price === '0';
}

function nameOf({ model, meter }: ReceiptLine): string {
  return model === undefined ? meter : `sub:${model}:${meter}`;
}

function amountDifference(name: string, expected: Fields, receipt: Receipt | undefined): readonly string[] {
  const wanted = decimalOf(expected[name]);
  if (expected[name] === null || expected[name] === undefined) return [];
  if (receipt === undefined) return [`${name}: there is no rate from the price’s currency`];
  const came = formatAmount(receipt.total, currencyOf(receipt.currency));
  if (wanted !== undefined && compare(parseDecimal(wanted), parseDecimal(came)) === 0n) return [];
  return [`${name}: ${came}, expected ${words(expected[name])}`];
}

/** The fraction before it is rounded, added up from what each line says. */
function fractionDifference(expected: unknown, { usd, native, usage }: Came): readonly string[] {
  if (typeof expected !== 'string') return [];
  const receipt = usd ?? native;
  const wanted = parseExact(expected);
  const came = receipt.basis === 'provider_reported' ? reportedIn(usage) : exactOf(receipt);
  return compare(wanted, came) === 0n ? [] : [`expected_exact_fraction: ${exactText(came)}, expected ${expected}`];
}

function exactOf({ lines, fx_rate = '1', multiplier = '1' }: Receipt): Rational {
  const native = lines.map(({ quantity, price, per, factor = '1' }) =>
    times(times(parseExact(quantity), dividedBy(parseDecimal(price), parseDecimal(per))), parseExact(factor)),
  );
  return times(native.reduce(plus, nothing), times(parseExact(fx_rate), parseExact(multiplier)));
}

function reportedIn({ provider_reported_cost: cost }: Usage): Rational {
  return times(parseDecimal(cost?.amount ?? '0'), parseDecimal(cost?.usd_per_unit ?? '1'));
}
