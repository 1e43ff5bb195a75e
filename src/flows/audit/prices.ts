import type { PriceByVersion } from '#core/ledger/audit-rating.ts';
import type { UsageRow } from '#core/ledger/audit-rows.ts';
import { type PreparedPrice, preparePrice } from '#core/pricing/prepare.ts';
import type { BooksView } from '#ports/books.ts';

const preparedMax = 10_000;

/** Price versions as the records that are read pin them. */
export class Prices {
  readonly #view: BooksView;
  readonly #known = new Map<string, PreparedPrice | undefined>();

  constructor(view: BooksView) {
    this.#view = view;
  }

  async of({ pins }: UsageRow): Promise<PriceByVersion> {
    const unknown = [pins.charge.versionId, pins.cost.versionId].filter((id) => !this.#known.has(id));
    if (unknown.length > 0) await this.#read(unknown);
    return (id) => this.#known.get(id);
  }

  async #read(ids: readonly string[]): Promise<void> {
    if (this.#known.size >= preparedMax) this.#known.clear();
    for (const id of ids) this.#known.set(id, undefined);
    for (const version of await this.#view.priceVersions(ids)) this.#known.set(version.id, preparePrice(version));
  }
}
