// A provider reports in one measure and a price counts in another: then what was asked for, as far as it came, is what was made.
import { dividedBy, parseDecimal, type Rational, times } from '#core/money/rational.ts';
import { type Expected, expectedTokens } from '#core/usage/expected.ts';
import { leavesOf } from '#core/usage/leaves.ts';
import { isGoingIn, isTokenMeter, isUnitMeter, type UnitMeter } from '#core/usage/meter.ts';
import type { Usage } from '#core/usage/usage.ts';
import { exactText } from './decimal.ts';
import type { PreparedPrice } from './prepare.ts';

type Prices = Pick<PreparedPrice, 'components' | 'byRequestAlone'>;

/** Without it a call would be free whose report has no meter in common with its price. */
export function countedByRequest(usage: Usage, expected: Expected | undefined, prices: readonly Prices[]): Usage {
  if (expected === undefined || usage.status === 'not_billable' || usage.status === 'invalid') return usage;
  return prices.reduce((counted, price) => {
    const missing = isCounted(counted, price) ? isGoingIn : () => true;
    const added = addedTo(counted, expected, (meter) => price.components.has(meter) && missing(meter));
    if (isCounted(counted, price) || !hasTokens(price) || counted.total_tokens > 0)
      return withQuantities(counted, added);
    return { ...withQuantities(counted, added), ...byRequest(counted), ...expectedTokens(expected) };
  }, usage);
}

function isCounted(usage: Usage, { components, byRequestAlone }: Prices): boolean {
  if (byRequestAlone) return true;
  const { leaves } = leavesOf(usage, components);
  const consumed = [...leaves.keys(), ...Object.keys(usage.quantities ?? {}).filter(isUnitMeter)];
  return consumed.some(
    (meter) => meter !== 'request' && !(isUnitMeter(meter) && isGoingIn(meter)) && components.has(meter),
  );
}

function hasTokens({ components }: Prices): boolean {
  return [...components.keys()].some(isTokenMeter);
}

type Added = Readonly<Partial<Record<UnitMeter, string>>>;

function addedTo(usage: Usage, { quantities }: Expected, wanted: (meter: UnitMeter) => boolean): Added {
  const part = partThatCame(usage, quantities);
  const added: Partial<Record<UnitMeter, string>> = {};
  for (const [meter, text] of Object.entries(quantities)) {
    if (!isUnitMeter(meter) || usage.quantities?.[meter] !== undefined || !wanted(meter)) continue;
    added[meter] = scaled(meter, text, part);
  }
  return added;
}

/** Of two images that were asked for, one may have come. */
function partThatCame(usage: Usage, asked: Expected['quantities']): Rational | undefined {
  const [came, wanted] = [usage.quantities?.image, asked.image];
  if (came === undefined || wanted === undefined || wanted === '0' || came === wanted) return undefined;
  return dividedBy(parseDecimal(came), parseDecimal(wanted));
}

function scaled(meter: UnitMeter, text: string, part: Rational | undefined): string {
  if (part === undefined) return text;
  // What went in went in once, unless nothing came of it at all.
  if (isGoingIn(meter)) return part.numerator === 0n ? '0' : text;
  return exactText(times(parseDecimal(text), part));
}

function withQuantities(usage: Usage, added: Added): Usage {
  if (Object.keys(added).length === 0) return usage;
  return { ...usage, quantities: { ...usage.quantities, ...added }, ...byRequest(usage) };
}

function byRequest({ status, flags }: Usage): Pick<Usage, 'status' | 'flags'> {
  const flag = 'COUNTED_BY_REQUEST';
  return { status: status === 'reported' ? 'partial' : status, flags: flags.includes(flag) ? flags : [...flags, flag] };
}

/** Of all that can be counted, what one of these prices does. */
export function countedBy(prices: readonly Pick<Prices, 'components'>[], expected: Expected): Expected {
  const counted = Object.entries(expected.quantities).filter(
    ([meter]) => isUnitMeter(meter) && prices.some(({ components }) => components.has(meter)),
  );
  return { ...expected, quantities: Object.fromEntries(counted) };
}
