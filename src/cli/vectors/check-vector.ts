// One case: normalized, rated, and compared with what must come out.
import { currencyOf } from '#core/money/currency.ts';
import { dividedBy, parseDecimal, rational } from '#core/money/rational.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import { rate } from '#core/pricing/rate.ts';
import type { Conversion, Terms } from '#core/pricing/terms.ts';
import type { Receipt } from '#core/pricing/receipt.ts';
import { completeUsage } from '#core/usage/complete.ts';
import { type Fields, isFields, wordOf } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import { factsOf } from '#core/usage/facts.ts';
import type { Usage } from '#core/usage/usage.ts';
import { normalizerOf, normalizePayload } from '#providers/normalizers.ts';
import { askedOf, estimateOf, factsOfCall, isBillable, unreadContext } from './call.ts';
import { receiptDifferences } from './compare-receipt.ts';
import { usageDifferences } from './compare-usage.ts';
import { currencyIn, priceOf, subPricesOf } from './price.ts';
import { readVector, type Vector, VectorError } from './vector.ts';
import { words } from './words.ts';

export interface Checked {
  readonly name: string | undefined;
  /** Empty when all is as it must be. */
  readonly problems: readonly string[];
}

export function vectorProblems(value: unknown): Checked {
  const name = isFields(value) ? wordOf(value, 'id') : undefined;
  try {
    const vector = readVector(value);
    const problems = problemsOf(vector);
    const unread =
      problems.length === 0 ? [] : unreadContext(vector).map((fact) => `context.${fact} is read by nobody`);
    return { name, problems: [...problems, ...unread] };
  } catch (error) {
    // Prices and quantities that are no decimals are the case's fault, and are told as such.
    if (error instanceof VectorError || error instanceof RangeError) return { name, problems: [error.message] };
    throw error;
  }
}

function problemsOf(vector: Vector): readonly string[] {
  const { usage, facts } = normalizedOf(vector);
  const expected = vector.expected['expected_unified'];
  const differences = isFields(expected) ? usageDifferences(expected, usage) : [];
  const charged = isBillable(vector) ? usage : { ...usage, status: 'not_billable' as const };
  const { usd, native } = ratedOf(vector, charged, facts);
  return [...differences, ...receiptDifferences(vector.expected, { usage, usd, native })];
}

function normalizedOf(vector: Vector) {
  const normalizer = normalizerOf(vector.shape);
  const asked = askedOf(vector);
  const normalized = normalizer ? normalizer(vector.payload, asked) : normalizePayload(vector.payload, asked);
  if (normalized === undefined) throw new VectorError(`shape: "${vector.shape}" is none that is known`);
  const estimate = estimateOf(vector);
  const usage = estimate === undefined ? normalized.usage : completeUsage(normalized.usage, estimate);
  return { usage, facts: factsOfCall(vector, factsOf(normalized.facts)) };
}

interface Rated {
  /** `undefined` when there is no rate of exchange. */
  readonly usd: Receipt | undefined;
  readonly native: Receipt;
}

function ratedOf(vector: Vector, usage: Usage, facts: ReturnType<typeof factsOfCall>): Rated {
  const price = preparePrice(priceOf(vector));
  const subs = new Map([...subPricesOf(vector)].map(([model, version]) => [model, preparePrice(version)]));
  const reportedCost = policyOf(vector.prices);
  const withTerms = (conversion: Conversion | undefined): Receipt => {
    const terms: Omit<Terms, 'price'> = { conversion, reportedCost };
    const subTerms = (model: string) => {
      const own = subs.get(model);
      return own && { ...terms, price: own };
    };
    return rate({ ...terms, price, usage, facts, subTerms });
  };
  const conversion = conversionIn(vector.prices);
  const native = withTerms(undefined);
  if (conversion === undefined) return { native, usd: native.currency === 'usd' ? native : undefined };
  return { native, usd: withTerms(conversion) };
}

function policyOf(prices: Fields): Terms['reportedCost'] {
  const policy = prices['rating_policy'];
  if (policy === undefined || policy === 'ignore' || policy === 'tokens' || policy === 'rated') return 'ignore';
  if (policy === 'provider_reported' || policy === 'prefer') return 'prefer';
  if (policy === 'compare') return 'compare';
  throw new VectorError(`rating_policy: "${words(policy)}" is none that is known`);
}

/** `{base: USD, quote: CNY, rate: 7.25}`: a dollar is 7.25 yuan. */
function conversionIn(prices: Fields): Conversion | undefined {
  const fx = prices['fx'];
  const currency = currencyIn(prices);
  if (!isFields(fx) || currency === 'usd') return undefined;
  const [base, quote] = [wordOf(fx, 'base'), wordOf(fx, 'quote')].map((code) => currencyOf(code ?? '').code);
  const said = parseDecimal(decimalOf(fx['rate']) ?? '');
  const to = currencyOf('usd');
  if (base === 'usd' && quote === currency) return { fxRateId: 'fx', rate: dividedBy(rational(1n), said), to };
  if (base === currency && quote === 'usd') return { fxRateId: 'fx', rate: said, to };
  throw new VectorError(`fx: from ${words(base)} to ${words(quote)} is no way from ${currency} to usd`);
}
