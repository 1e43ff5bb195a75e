// The places of a matrix, and what stands there: found by the names that people write.
import type { BookedPrice, MatrixCustomerType, MatrixFacts, MatrixModel } from './facts.ts';

/** One customer type's price of one model. */
export interface MatrixPlace {
  readonly model: MatrixModel;
  readonly customerType: MatrixCustomerType;
}

export class MatrixShelf {
  readonly facts: MatrixFacts;
  readonly nowMs: number;
  readonly #models = new Map<string, MatrixModel>();
  readonly #customerTypes = new Map<string, MatrixCustomerType>();
  readonly #prices: ReadonlyMap<string, readonly BookedPrice[]>;
  readonly #costs: ReadonlyMap<string, BookedPrice>;

  constructor(facts: MatrixFacts) {
    this.facts = facts;
    this.nowMs = Date.parse(facts.now);
    // A model's name is stronger than the provider's id of another one.
    for (const model of facts.models) this.#models.set(key(model.provider, model.model_id), model);
    for (const model of facts.models) this.#models.set(key(model.provider, model.name), model);
    for (const each of facts.customerTypes) this.#customerTypes.set(each.id, each);
    for (const each of facts.customerTypes) this.#customerTypes.set(each.name, each);
    this.#prices = Map.groupBy(
      facts.prices.toSorted((left, right) => Date.parse(left.valid_from) - Date.parse(right.valid_from)),
      ({ name, owner_id }) => key(name, owner_id ?? ''),
    );
    this.#costs = new Map(facts.costs.map((cost) => [cost.name, cost]));
  }

  /** By its name, or by the id that the provider has for it. */
  model(provider: string, model: string): MatrixModel | undefined {
    return this.#models.get(key(provider, model));
  }

  /** By its name or id. */
  customerType(ref: string): MatrixCustomerType | undefined {
    return this.#customerTypes.get(ref);
  }

  inForce({ model, customerType }: MatrixPlace, atMs = this.nowMs): BookedPrice | undefined {
    return this.#prices
      .get(key(model.name, customerType.id))
      ?.find((each) => Date.parse(each.valid_from) <= atMs && atMs < endOf(each));
  }

  /** The one that begins next after that moment. */
  next({ model, customerType }: MatrixPlace, afterMs = this.nowMs): BookedPrice | undefined {
    return this.#prices
      .get(key(model.name, customerType.id))
      ?.find((each) => Date.parse(each.valid_from) > afterMs && endOf(each) > Date.parse(each.valid_from));
  }

  cost({ name }: MatrixModel): BookedPrice | undefined {
    return this.#costs.get(name);
  }
}

function endOf({ valid_to: end }: BookedPrice): number {
  return end === null ? Number.POSITIVE_INFINITY : Date.parse(end);
}

export function placeKey({ model, customerType }: MatrixPlace): string {
  return key(model.name, customerType.id);
}

function key(left: string, right: string): string {
  return `${left}\n${right}`;
}
