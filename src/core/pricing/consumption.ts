// What a call's usage comes to by its prices: a quantity and a price for each leaf, before anything is added up.
import { type Rational } from '#core/money/rational.ts';
import { leavesOf } from '#core/usage/leaves.ts';
import { isTokenMeter, type Meter } from '#core/usage/meter.ts';
import type { CallFacts, SubUsage, Usage } from '#core/usage/usage.ts';
import { type ChosenPrice, type PricesChosen, pricesFor } from './prepare.ts';
import { chargedQuantity } from './quantity.ts';
import type { ReceiptProblem } from './receipt.ts';
import { currencyAfter, scaleOf, type SubTerms, type Terms } from './terms.ts';
import { unpricedOf } from './unpriced.ts';

export interface Consumed extends Terms {
  readonly usage: Usage;
  readonly facts: CallFacts;
  readonly subTerms?: SubTerms | undefined;
}

export interface Consumption {
  readonly charges: readonly Charge[];
  readonly unpriced: readonly string[];
  readonly problems: readonly ReceiptProblem[];
  readonly basis?: 'tokens' | 'request' | undefined;
  readonly subs: readonly SubConsumption[];
}

export interface SubConsumption extends Omit<Consumption, 'subs'> {
  readonly model: string;
  readonly terms: Terms | undefined;
}

export interface Charge {
  /** Of a sub-usage. */
  readonly model?: string;
  readonly meter: Meter;
  readonly measured: Rational;
  readonly charged: Rational;
  readonly chosen: ChosenPrice;
  /** The price's. */
  readonly currency: string;
  /** From ledger units of that to those of the receipt's. */
  readonly scale: Rational | undefined;
}

/** The call's own, and then that of the models inside it. */
export function consumptionOf(input: Consumed): Consumption {
  const own = ownConsumption(input);
  const { sub_usages: inside } = input.usage;
  if (inside === undefined) return { ...own, subs: [] };
  return { ...own, subs: inside.map((sub) => subConsumption(input, sub)) };
}

function ownConsumption(input: Consumed): Omit<Consumption, 'subs'> {
  const { usage, facts, price } = input;
  const prices = pricesFor(price, usage.prompt_tokens, facts);
  const { leaves, problems } = leavesOf(usage, prices);
  if (problems.length > 0) return { charges: [], unpriced: [], problems };
  const basis = price.hybrid ? (usage.status === 'missing' ? 'request' : 'tokens') : undefined;
  const consumed = basis === undefined ? leaves : onBasis(basis, leaves);
  const unknown = usage.status === 'missing' && basis === undefined && !price.byRequestAlone;
  return {
    charges: chargesFor(consumed, prices, input),
    unpriced: unpricedOf(consumed.keys(), prices, price.byRequestAlone),
    problems: unknown ? missing : none,
    basis,
  };
}

// It is work inside a call, and no request of its own.
function subConsumption(input: Consumed, { model, usage }: SubUsage): SubConsumption {
  const nothing = { model, terms: undefined, charges: [], unpriced: [], problems: none };
  if (usage.status === 'not_billable') return nothing;
  if (usage.status === 'invalid') return { ...nothing, problems: ['usage_invalid'] };
  const requests = usage.quantities?.request ?? '0';
  const work: Usage = { ...usage, quantities: { ...usage.quantities, request: requests } };
  const apart = (meter: string) => `${model}:${meter}`;
  const terms = input.subTerms?.(model);
  if (terms === undefined || currencyAfter(terms) !== currencyAfter(input)) {
    return { ...nothing, unpriced: [...leavesOf(work, new Set<Meter>()).leaves.keys()].map(apart) };
  }
  const { charges, unpriced, problems } = ownConsumption({
    ...terms,
    // Whoever does the work inside, it is on the same provider's bill.
    discount: input.discount,
    usage: work,
    facts: input.facts,
  });
  return {
    model,
    terms,
    charges: charges.map((charge) => ({ ...charge, model })),
    unpriced: unpriced.map(apart),
    problems,
  };
}

const none: readonly ReceiptProblem[] = [];
const missing: readonly ReceiptProblem[] = ['usage_missing'];

type Leaves = ReadonlyMap<Meter, Rational>;

function onBasis(basis: 'tokens' | 'request', leaves: Leaves): Leaves {
  const charged = (meter: Meter) => (basis === 'tokens' ? meter !== 'request' : !isTokenMeter(meter));
  return new Map([...leaves].filter(([meter]) => charged(meter)));
}

function chargesFor(consumed: Leaves, prices: PricesChosen, terms: Terms): readonly Charge[] {
  const scale = scaleOf(terms);
  const currency = terms.price.currency.code;
  const charges: Charge[] = [];
  for (const [meter, measured] of consumed) {
    const chosen = prices.get(meter);
    if (chosen === undefined) continue;
    charges.push({ meter, measured, charged: chargedQuantity(chosen.component, measured), chosen, currency, scale });
  }
  return charges;
}
