// Every price version that was ever published in a history, and which of them counts.
import type { PriceVersion } from '#core/pricing/component.ts';
import { rational } from '#core/money/rational.ts';
import type { CatalogRows } from '#ports/directory.ts';
import { costName, costPrices, type DishName, dishNames, exchangeRate, menu, priceOf, routeOf } from './menu.ts';

const routes = dishNames.map(routeOf);
const costs: readonly PriceVersion[] = dishNames.flatMap((name) =>
  menu[name].targets.map((provider): PriceVersion => {
    const currency = provider === 'north' ? 'usd' : 'eur';
    const { input, output, per } = costPrices;
    return {
      id: `cost of ${costName(name, provider)}`,
      subject: { kind: 'model', name: costName(name, provider) },
      book: 'list',
      currency,
      components: [
        { meter: 'input', price: input, per, currency },
        { meter: 'output', price: output, per, currency },
      ],
      modifiers: [],
      validFrom: '2026-01-01T00:00:00.000Z',
      recordedAt: '2026-01-01T00:00:00.000Z',
    };
  }),
);
const firstPrices = dishNames.map((name) => priceOf(name, { id: `${name} 1`, factor: 1n, fromMs: 0 }));
const { base, quote, numerator, denominator } = exchangeRate;
export const exchange = [{ fxRateId: 'eur-usd', base, quote, rate: rational(numerator, denominator) }];

export class PriceShelf {
  readonly versions = new Map<string, PriceVersion>();
  readonly #factors = new Map<string, bigint>();
  readonly #current = new Map<DishName, PriceVersion>();

  constructor() {
    for (const version of [...costs, ...firstPrices]) this.versions.set(version.id, version);
    for (const name of dishNames) this.#factors.set(`${name} 1`, 1n);
    for (const [index, name] of dishNames.entries()) {
      const version = firstPrices[index];
      if (version) this.#current.set(name, version);
    }
  }

  /** From now on the name costs that many times its first price. */
  publish(name: DishName, factor: bigint, nowMs: number): PriceVersion {
    const before = this.#current.get(name);
    if (before) this.versions.set(before.id, { ...before, validTo: new Date(nowMs).toISOString() });
    const version = priceOf(name, { id: `${name} ${this.versions.size}`, factor, fromMs: nowMs });
    this.versions.set(version.id, version);
    this.#factors.set(version.id, factor);
    this.#current.set(name, version);
    return version;
  }

  factorOf(versionId: string): bigint {
    const factor = this.#factors.get(versionId);
    if (factor === undefined) throw new Error(`No price has the id ${versionId}.`);
    return factor;
  }

  rows(): CatalogRows {
    return { routes, prices: [...this.versions.values()], exchange };
  }
}
