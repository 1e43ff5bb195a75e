import type { PriceByVersion } from '#core/ledger/audit-rating.ts';
import type { PricePins } from '#core/ledger/entry.ts';
import { type PreparedPrice, preparePrice } from '#core/pricing/prepare.ts';
import type { Receipt } from '#core/pricing/receipt.ts';
import type { BooksView } from '#ports/books.ts';

const preparedMax = 10_000;

/** By what something was rated. */
export interface Pinning {
  readonly pins: PricePins;
  readonly charge: { readonly receipt: Receipt };
  readonly cost: { readonly receipt: Receipt };
}

/** Price versions as the records that are read pin them. */
export class Prices {
  readonly #view: BooksView;
  readonly #known = new Map<string, PreparedPrice | undefined>();

  constructor(view: BooksView) {
    this.#view = view;
  }

  async of({ pins, charge, cost }: Pinning): Promise<PriceByVersion> {
    const subs = [charge, cost].flatMap(({ receipt }) => receipt.sub_prices ?? []);
    const ids = [pins.charge.versionId, pins.cost.versionId, ...subs.map((each) => each.price_version)];
    const unknown = ids.filter((id) => !this.#known.has(id));
    if (unknown.length > 0) await this.#read(unknown);
    return (id) => this.#known.get(id);
  }

  async #read(ids: readonly string[]): Promise<void> {
    if (this.#known.size >= preparedMax) this.#known.clear();
    for (const id of ids) this.#known.set(id, undefined);
    for (const version of await this.#view.priceVersions(ids)) this.#known.set(version.id, preparePrice(version));
  }
}
