import type { RateById } from '#core/ledger/audit-fx.ts';
import type { FxRateRow } from '#core/ledger/audit-rows.ts';
import type { PricePins } from '#core/ledger/entry.ts';
import type { BooksView } from '#ports/books.ts';

const ratesMax = 10_000;

/** Exchange rates as the records that are read pin them. */
export class ExchangeRates {
  readonly #view: BooksView;
  readonly #known = new Map<string, FxRateRow | undefined>();

  constructor(view: BooksView) {
    this.#view = view;
  }

  async of({ charge, cost }: PricePins): Promise<RateById> {
    const pinned = [charge, cost].flatMap(({ conversion }) => (conversion ? [conversion.fxRateId] : []));
    const unknown = pinned.filter((id) => !this.#known.has(id));
    if (unknown.length > 0) await this.#read(unknown);
    return (id) => this.#known.get(id);
  }

  async #read(ids: readonly string[]): Promise<void> {
    if (this.#known.size >= ratesMax) this.#known.clear();
    for (const id of ids) this.#known.set(id, undefined);
    for (const row of await this.#view.fxRates(ids)) this.#known.set(row.fxRateId, row);
  }
}
