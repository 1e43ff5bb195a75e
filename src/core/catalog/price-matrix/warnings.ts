// What may be published and is probably not meant: sold below cost, something left without a price, a thousandfold.
import { hasExponent } from '#core/money/decimal-text.ts';
import { compare, type Rational, rational, times } from '#core/money/rational.ts';
import type { PriceComponent } from '#core/pricing/component.ts';
import { isOutputMeter, isTokenMeter, isToolMeter, type Meter } from '#core/usage/meter.ts';
import { componentsOf, metersByField, type MatrixPrice, type PriceField, priceFields, simplePriceOf } from './cell.ts';
import type { Change } from './difference.ts';
import type { BookedPrice } from './facts.ts';
import type { MatrixWarning, WarningCode } from './row.ts';
import type { MatrixShelf } from './shelf.ts';
import { exchanged, unitPrice } from './unit-price.ts';

export function warningsOf(changes: readonly Change[], shelf: MatrixShelf): readonly MatrixWarning[] {
  return changes.flatMap((change) => {
    const { index, row, place } = change.proposal;
    const named = { provider: place.model.provider, model: place.model.name, customer_type: place.customerType.name };
    return [...textRemarks(row), ...remarksOn(change, shelf)].map(([code, field, message]): MatrixWarning => ({
      row: index,
      ...named,
      field,
      code,
      message,
    }));
  });
}

type Remark = readonly [code: WarningCode, field: string | null, message: string];

function textRemarks(row: Change['proposal']['row']): readonly Remark[] {
  return priceFields.flatMap((field): readonly Remark[] =>
    hasExponent(row[field]?.trim() ?? '')
      ? [
          [
            'exponent',
            field,
            `"${row[field] ?? ''}" was read digit by digit; a spreadsheet may have rounded it before.`,
          ],
        ]
      : [],
  );
}

function remarksOn(change: Change, shelf: MatrixShelf): readonly Remark[] {
  const { wish, place } = change.proposal;
  switch (wish.kind) {
    case 'keep':
      return [];
    case 'remove':
      return change.before
        ? [['falls_back', null, 'Without a price of its own the customer type pays the platform’s.']]
        : [['nothing_to_remove', null, 'There is no price in force to remove.']];
    case 'set': {
      const cost = shelf.cost(place.model);
      return [
        ...(change.before && change.kind === 'changed' && !simplePriceOf(change.before)
          ? [['replaces_complex', 'kind', 'It takes the place of a price with conditions or parts.'] as const]
          : []),
        ...scheduledRemarks(change, shelf),
        ...freeRemarks(wish.price),
        ...(cost ? costRemarks(wish.price, cost, shelf) : [noCost]),
      ];
    }
  }
}

const noCost: Remark = [
  'no_cost',
  null,
  'The platform’s list has no price for this model: calls are refused until it has one.',
];

function scheduledRemarks({ proposal: { wish, place } }: Change, shelf: MatrixShelf): readonly Remark[] {
  const fromMs = wish.kind === 'set' ? wish.fromMs : undefined;
  const next = shelf.next(place, fromMs);
  return next ? [['scheduled_follows', 'valid_to', `Another price is scheduled from ${next.valid_from}.`]] : [];
}

function freeRemarks({ prices }: MatrixPrice): readonly Remark[] {
  return priceFields.flatMap((field): readonly Remark[] => {
    const text = prices[field];
    return text !== undefined && !/[1-9]/.test(text) ? [['free', field, 'It is free.']] : [];
  });
}

function costRemarks(price: MatrixPrice, cost: BookedPrice, shelf: MatrixShelf): readonly Remark[] {
  const rate = exchanged(shelf.facts.exchange, { from: price.currency, to: cost.currency });
  if (!rate) {
    const message = `No exchange rate from ${price.currency} to ${cost.currency}: it cannot be compared with the cost.`;
    return [['cost_not_comparable', 'currency', message]];
  }
  const compared = priceFields.flatMap((field) => comparedWithCost(field, { price, cost, rate }));
  return [...compared, ...missingRemarks(price, cost)];
}

interface Comparison {
  readonly price: MatrixPrice;
  readonly cost: BookedPrice;
  /** From the price's currency to the cost's. */
  readonly rate: Rational;
}

const farAbove = rational(100n);

function comparedWithCost(field: PriceField, { price, cost, rate }: Comparison): readonly Remark[] {
  const text = price.prices[field];
  // A fee for each request beside token prices is on top of what covers the cost.
  if (text === undefined || (field === 'price_per_request' && price.per !== undefined)) return [];
  const per = field === 'price_per_request' ? '1' : (price.per ?? '1');
  const asked = times(unitPrice({ price: text, per }), rate);
  const costs = cost.components.filter(({ meter }) => metersByField[field].includes(meter));
  const plain = costs.filter(({ when }) => when === undefined);
  const [below, sometimes] = [plain, costs].map((some) => some.find((each) => compare(asked, unitPrice(each)) < 0n));
  if (below) return [['below_cost', field, belowCost(text, per, price, below)]];
  if (sometimes) return [['below_cost_sometimes', field, belowCost(text, per, price, sometimes)]];
  const far = plain.length > 0 && plain.every((each) => farFrom(asked, each));
  return far
    ? [['far_above_cost', field, `It is more than a hundred times the cost: is "per" ${price.per ?? '1'} meant?`]]
    : [];
}

function farFrom(asked: Rational, component: PriceComponent): boolean {
  const cost = unitPrice(component);
  return cost.numerator > 0n && compare(asked, times(cost, farAbove)) > 0n;
}

function belowCost(text: string, per: string, price: MatrixPrice, cost: PriceComponent): string {
  const when = cost.when === undefined ? '' : ' for some calls';
  return `${text} ${price.currency} per ${per} is less than the cost${when}: ${cost.price} ${cost.currency} per ${cost.per} (${cost.meter}).`;
}

/** What the list has a price for, and would be consumed without one here. */
function missingRemarks(price: MatrixPrice, cost: BookedPrice): readonly Remark[] {
  const priced = new Set(componentsOf(price).map(({ meter }) => meter));
  const byRequestAlone = price.per === undefined;
  const costed = new Set(cost.components.map(({ meter }) => meter));
  return [...costed].flatMap((meter): readonly Remark[] => {
    if (meter === 'request' || covers(priced, meter) || (byRequestAlone && isWork(meter))) return [];
    return meter === 'output'
      ? [['missing_output_price', 'output_price', 'Output has a cost and no price here: it could not be charged.']]
      : [['missing_price', null, `"${meter}" has a cost and no price here: it could not be charged.`]];
  });
}

// Kinds of input and output without a price of their own are charged as the rest; what the cache did is not.
function covers(priced: ReadonlySet<Meter>, meter: Meter): boolean {
  if (priced.has(meter) || !isTokenMeter(meter)) return priced.has(meter);
  if (meter.startsWith('cache_read')) return priced.has('cache_read');
  if (meter === 'cache_write_1h' || meter === 'cache_write_12h') return priced.has('cache_write_12h');
  if (meter.startsWith('cache_write')) return priced.has('cache_write');
  return priced.has(isOutputMeter(meter) ? 'output' : 'input');
}

function isWork(meter: Meter): boolean {
  return !isToolMeter(meter);
}
