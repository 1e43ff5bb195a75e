// Slows down whoever guesses tokens. The same wrong token again counts once, so that a script with an old token locks
// nobody out.
const guessesMax = 10;
const forgetAfterMs = 5 * 60_000;
const addressesMax = 10_000;

export class GuessThrottle {
  readonly #guesses = new Map<string, { readonly since: number; readonly tokens: Set<string> }>();

  /** Milliseconds until this address may try again; `undefined`: now. */
  waitMs(address: string, nowMs: number): number | undefined {
    const known = this.#guesses.get(address);
    if (!known) return undefined;
    const left = known.since + forgetAfterMs - nowMs;
    if (left <= 0) {
      this.#guesses.delete(address);
      return undefined;
    }
    return known.tokens.size >= guessesMax ? left : undefined;
  }

  wrong(address: string, tokenHash: string, nowMs: number): void {
    const known = this.#guesses.get(address) ?? { since: nowMs, tokens: new Set<string>() };
    known.tokens.add(tokenHash);
    this.#guesses.set(address, known);
    // The oldest goes first: a map keeps the order of arrival.
    const [oldest] = this.#guesses.keys();
    if (this.#guesses.size > addressesMax && oldest !== undefined) this.#guesses.delete(oldest);
  }
}
