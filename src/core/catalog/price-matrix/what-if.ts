// What calls of the past would have been charged by the proposed prices, rated by the engine that would charge them.
import { chargedTotal } from '#core/ledger/charged-total.ts';
import type { CallOutcome, PinnedPrice } from '#core/ledger/entry.ts';
import type { Amount } from '#core/money/amount.ts';
import { currencyOf } from '#core/money/currency.ts';
import { parseExact, rational } from '#core/money/rational.ts';
import type { PriceBook } from '#core/pricing/component.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { type PreparedPrice, asCharged, preparePrice } from '#core/pricing/prepare.ts';
import { rate } from '#core/pricing/rate.ts';
import type { Receipt } from '#core/pricing/receipt.ts';
import type { Conversion } from '#core/pricing/terms.ts';
import type { CallFacts, Usage } from '#core/usage/usage.ts';
import { componentsOf, type MatrixPrice } from './cell.ts';
import type { BookedPrice } from './facts.ts';
import { type MatrixPlace, type MatrixShelf, placeKey } from './shelf.ts';
import type { Proposal } from './validate.ts';

/** What the books say of a call, and whose it was. */
export interface PastCall {
  readonly customerTypeId: string;
  /** The name that was called. */
  readonly name: string;
  readonly usage: Usage;
  readonly facts: CallFacts;
  readonly outcome: CallOutcome;
  readonly held: Amount;
  readonly charged: Amount;
  readonly currency: string;
  readonly complete: boolean;
  readonly pin: PinnedPrice;
  /** Of the version that it was charged by. */
  readonly book: PriceBook | null;
  readonly pinnedCurrency: string | null;
}

/** In the currency of the wallets that paid. */
export interface WhatIfRow {
  readonly place: MatrixPlace;
  readonly currency: string;
  readonly calls: number;
  /** Charged by a price that goes before the customer type's: they stay as they were. */
  readonly unaffected: number;
  /** Not everything consumed had a price, then and by the proposal. */
  readonly incomplete: { readonly charged: number; readonly wouldBe: number };
  /** No price, or no exchange rate into the wallet's currency: such calls would be refused. */
  readonly refused: number;
  /** Exact decimal text. */
  readonly charged: string;
  readonly wouldBe: string;
  readonly difference: string;
}

interface Tally {
  readonly place: MatrixPlace;
  readonly currency: string;
  calls: number;
  unaffected: number;
  incompleteThen: number;
  incompleteProposed: number;
  refused: number;
  charged: bigint;
  wouldBe: bigint;
}

interface Priced {
  readonly place: MatrixPlace;
  /** `keep`: whatever it was; `undefined`: nothing would price the call. */
  readonly price: PreparedPrice | 'keep' | undefined;
}

export class WhatIf {
  readonly #priced: ReadonlyMap<string, Priced>;
  readonly #tallies = new Map<string, Tally>();
  readonly #shelf: MatrixShelf;

  constructor(proposals: readonly Proposal[], shelf: MatrixShelf) {
    this.#shelf = shelf;
    this.#priced = new Map(
      proposals.map((proposal) => [
        placeKey(proposal.place),
        { place: proposal.place, price: priceOf(proposal, shelf) },
      ]),
    );
  }

  add(call: PastCall): void {
    const key = `${call.name}\n${call.customerTypeId}`;
    const priced = this.#priced.get(key);
    if (!priced) return;
    const tally = this.#tallyOf(key, priced.place, call.currency);
    tally.calls += 1;
    tally.charged += call.charged;
    if (!call.complete) tally.incompleteThen += 1;
    if (priced.price === 'keep' || call.book === 'negotiated' || call.book === 'promotion') {
      tally.unaffected += 1;
      tally.wouldBe += call.charged;
      if (!call.complete) tally.incompleteProposed += 1;
      return;
    }
    const receipt = priced.price && this.#rated(call, priced.price);
    if (!receipt) {
      tally.refused += 1;
      return;
    }
    tally.wouldBe += chargedTotal({ outcome: call.outcome, receipt, held: call.held });
    if (!receipt.complete) tally.incompleteProposed += 1;
  }

  get rows(): readonly WhatIfRow[] {
    return [...this.#tallies.values()].map((tally) => ({
      place: tally.place,
      currency: tally.currency,
      calls: tally.calls,
      unaffected: tally.unaffected,
      incomplete: { charged: tally.incompleteThen, wouldBe: tally.incompleteProposed },
      refused: tally.refused,
      charged: moneyText(tally.charged, tally.currency),
      wouldBe: moneyText(tally.wouldBe, tally.currency),
      difference: moneyText(tally.wouldBe - tally.charged, tally.currency),
    }));
  }

  #tallyOf(key: string, place: MatrixPlace, currency: string): Tally {
    const known = this.#tallies.get(`${key}\n${currency}`);
    if (known) return known;
    const counts = { calls: 0, unaffected: 0, incompleteThen: 0, incompleteProposed: 0, refused: 0 };
    const tally = { place, currency, ...counts, charged: 0n, wouldBe: 0n };
    this.#tallies.set(`${key}\n${currency}`, tally);
    return tally;
  }

  #rated(call: PastCall, price: PreparedPrice): Receipt | undefined {
    const conversion = this.#conversion(call, price);
    if (conversion === 'unknown') return undefined;
    return rate({ price, ...(conversion ? { conversion } : {}), usage: call.usage, facts: call.facts });
  }

  // The rate of the call where it had one between the two currencies, else the newest.
  #conversion({ currency, pin, pinnedCurrency }: PastCall, price: PreparedPrice): Conversion | 'unknown' | undefined {
    const { code } = price.currency;
    if (code === currency) return undefined;
    const to = currencyOf(currency);
    if (pin.conversion && pinnedCurrency === code) {
      return { fxRateId: pin.conversion.fxRateId, rate: parseExact(pin.conversion.rate), to };
    }
    const newest = this.#shelf.facts.exchange.find((each) => each.base === code && each.quote === currency);
    return newest ? { fxRateId: newest.fxRateId, rate: newest.rate, to } : 'unknown';
  }
}

function priceOf({ wish, place }: Proposal, shelf: MatrixShelf): Priced['price'] {
  switch (wish.kind) {
    case 'keep':
      return 'keep';
    case 'set':
      return preparedPrice(place, wish.price, shelf);
    case 'remove': {
      const cost = shelf.cost(place.model);
      return cost && asCharged(preparedVersion(cost));
    }
  }
}

function preparedPrice({ model }: MatrixPlace, price: MatrixPrice, { facts }: MatrixShelf): PreparedPrice {
  return preparePrice({
    id: 'proposed',
    subject: { kind: 'model', name: model.name },
    book: 'customer_type',
    currency: price.currency,
    components: componentsOf(price),
    modifiers: [],
    pricingModel: price.pricingModel,
    validFrom: facts.now,
    recordedAt: facts.now,
  });
}

function preparedVersion(version: BookedPrice): PreparedPrice {
  const { id, name, currency, components, modifiers, pricing_model: pricingModel } = version;
  const { valid_from: validFrom, recorded_at: recordedAt } = version;
  const subject = { kind: 'model', name } as const;
  return preparePrice({
    id,
    subject,
    book: 'list',
    currency,
    components,
    modifiers,
    pricingModel,
    validFrom,
    recordedAt,
  });
}

// Sums over many calls may be more than one amount may be.
function moneyText(units: bigint, currency: string): string {
  return exactText(rational(units, 10n ** BigInt(currencyOf(currency).scale)));
}
