// Which price version applies to a name, for whom, at what time.
import type { PriceVersion } from '../pricing/component.ts';
import { type PreparedPrice, preparePrice } from '../pricing/prepare.ts';

export interface PriceFor {
  readonly organizationId?: string;
  readonly customerTypeId?: string;
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
      this.#shelves.set(shelf, [...(this.#shelves.get(shelf) ?? []), dated]);
    }
  }

  /** The customer's price for the name that was sent: the first level that has one wins. */
  chargeFor(name: string, payer: PriceFor, atMs: number): PreparedPrice | undefined {
    const { organizationId, customerTypeId } = payer;
    return (
      (organizationId === undefined ? undefined : this.#current('negotiated', organizationId, name, atMs)) ??
      (organizationId === undefined ? undefined : this.#current('promotion', organizationId, name, atMs)) ??
      (customerTypeId === undefined ? undefined : this.#current('promotion', customerTypeId, name, atMs)) ??
      (customerTypeId === undefined ? undefined : this.#current('customer_type', customerTypeId, name, atMs)) ??
      this.#current('list', undefined, name, atMs)
    );
  }

  /** What the provider bills the platform for a model. */
  costFor(modelName: string, atMs: number): PreparedPrice | undefined {
    return this.#current('list', undefined, modelName, atMs);
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
