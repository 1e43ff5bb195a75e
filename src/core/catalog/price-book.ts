// Which price version applies to a name, for whom, at what time.
//
// The charge is the first that has a price for the name that was sent: what was negotiated with the organization, a
// promotion for it, a promotion for its customer type, the customer type's price, the platform's list. The cost is what the
// provider bills for the model that answered: by the organization's own list for a key of its own, else by the platform's.
import type { PriceVersion } from '../pricing/component.ts';
import { asCharged, type PreparedPrice, preparePrice } from '../pricing/prepare.ts';

export interface PriceFor {
  readonly organizationId?: string;
  readonly customerTypeId?: string;
  /** The platform's list is not for it: a name without a price of its own is no name to it. */
  readonly onlyPricedNames?: boolean;
}

interface Dated {
  readonly fromMs: number;
  readonly toMs: number;
  readonly version: PriceVersion;
}

export class PriceBook {
  readonly #shelves = new Map<string, Dated[]>();
  readonly #prepared = new Map<string, PreparedPrice>();

  constructor(versions: readonly PriceVersion[]) {
    for (const version of versions) {
      const shelf = shelfOf(version.book, version.bookOwner, version.subject.name);
      const dated = {
        fromMs: Date.parse(version.validFrom),
        toMs: version.validTo === undefined ? Number.POSITIVE_INFINITY : Date.parse(version.validTo),
        version,
      };
      const known = this.#shelves.get(shelf);
      if (known) known.push(dated);
      else this.#shelves.set(shelf, [dated]);
    }
  }

  /** The customer's price for the name that was sent: the first level that has one wins. */
  chargeFor(name: string, payer: PriceFor, atMs: number): PreparedPrice | undefined {
    const { organizationId, customerTypeId, onlyPricedNames = false } = payer;
    const found =
      (organizationId === undefined ? undefined : this.#current('negotiated', organizationId, name, atMs)) ??
      (organizationId === undefined ? undefined : this.#current('promotion', organizationId, name, atMs)) ??
      (customerTypeId === undefined ? undefined : this.#current('promotion', customerTypeId, name, atMs)) ??
      (customerTypeId === undefined ? undefined : this.#current('customer_type', customerTypeId, name, atMs)) ??
      (onlyPricedNames ? undefined : this.#current('list', undefined, name, atMs));
    return found && asCharged(found);
  }

  /** What the provider bills the platform for a model. */
  costFor(modelName: string, atMs: number): PreparedPrice | undefined {
    return this.#current('list', undefined, modelName, atMs);
  }

  /** What an organization is billed itself, by a provider whose key is its own; unknown unless it says so. */
  ownCostFor(modelName: string, organizationId: string, atMs: number): PreparedPrice | undefined {
    return this.#current('organization', organizationId, modelName, atMs);
  }

  #current(book: string, owner: string | undefined, name: string, atMs: number): PreparedPrice | undefined {
    const dated = this.#shelves.get(shelfOf(book, owner, name));
    const found = dated?.find((each) => each.fromMs <= atMs && atMs < each.toMs);
    return found && this.#prepare(found.version);
  }

  #prepare(version: PriceVersion): PreparedPrice {
    const known = this.#prepared.get(version.id);
    if (known) return known;
    const prepared = preparePrice(version);
    this.#prepared.set(version.id, prepared);
    return prepared;
  }
}

function shelfOf(book: string, owner: string | undefined, name: string): string {
  return `${book}\n${owner ?? ''}\n${name}`;
}
