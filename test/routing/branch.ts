/** A branch of a conditional strategy as operators write it, which is JSON: an object with a `then` looks like a promise. */
export function branch(query: object, target: string | readonly string[]): object {
  return JSON.parse(`{"query": ${JSON.stringify(query)}, "then": ${JSON.stringify(target)}}`) as object;
}
