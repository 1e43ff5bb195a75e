// What a public list says about one price, in our words. Lists of every format come down to these.
import type { ModelKind } from '#core/catalog/catalog.ts';
import { findCurrency } from '#core/money/currency.ts';
import { parseDecimal, type Rational, rational } from '#core/money/rational.ts';
import type { PriceComponent, PriceCondition } from '#core/pricing/component.ts';

/** Why a reader does not trust what it read, or could read it in two ways. */
export const doubts = ['pixel_rate', 'list_discount', 'moving_name'] as const;
export type Doubt = (typeof doubts)[number];

export interface Candidate extends PriceComponent {
  /** The list that says so; two files of one list are one source. */
  readonly source: string;
  readonly provider: string;
  /** As the provider calls it. */
  readonly model: string;
  readonly kind?: ModelKind;
  /** A day, such as `2026-09-01`: from its first instant (UTC) on. */
  readonly starts?: string;
  /** The field of the list. */
  readonly field: string;
  readonly doubts?: readonly Doubt[];
}

/** The same for two conditions that say the same, in whatever order. */
export function conditionKey(when: PriceCondition | undefined): string {
  return when === undefined || Object.keys(when).length === 0 ? '' : JSON.stringify(sorted(when));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).toSorted((left, right) => compareText(text(left), text(right)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(
    entries.toSorted(([left], [right]) => compareText(left, right)).map(([name, each]) => [name, sorted(each)]),
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Two components with one key price the same thing: only one of them can be in a version. */
export function componentKey({ meter, when }: Pick<PriceComponent, 'meter' | 'when'>): string {
  return `${meter} ${conditionKey(when)}`;
}

/** The price of one unit; `undefined` when the texts are no prices. */
export function unitPrice({ price, per }: Pick<PriceComponent, 'price' | 'per'>): Rational | undefined {
  try {
    const [top, bottom] = [parseDecimal(price), parseDecimal(per)];
    return rational(top.numerator * bottom.denominator, top.denominator * bottom.numerator);
  } catch {
    return undefined;
  }
}

export function sameCurrency(left: string, right: string): boolean {
  return findCurrency(left) !== undefined && findCurrency(left) === findCurrency(right);
}
