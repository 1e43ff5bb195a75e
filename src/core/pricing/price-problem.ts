// What is wrong with a price that is about to be published, and where.

export interface PriceProblem {
  /** `components[2].price` */
  readonly path: string;
  readonly message: string;
}

/** A field that nobody reads would be a promise nobody keeps: an allowance not given, a tier not applied. */
export function unknownFields(object: object, fields: readonly string[], path: string): readonly PriceProblem[] {
  return Object.keys(object)
    .filter((field) => !fields.includes(field))
    .map((field) => ({
      path: path === '' ? field : `${path}.${field}`,
      message: `"${field}" is not supported here. Supported: ${fields.join(', ')}.`,
    }));
}
