// Reads sorted lists side by side, a row of each in memory, and hands over what belongs together.

export interface Keyed<Row> {
  readonly name: string;
  readonly rows: AsyncIterable<Row>;
  readonly keyOf: (row: Row) => string;
}

type Lists<Rows> = { readonly [Name in keyof Rows]: Keyed<Rows[Name]> };
type Group<Rows> = { readonly key: string } & { readonly [Name in keyof Rows]: readonly Rows[Name][] };

/**
 * Groups by key, in ascending order.
 * @throws Error for a list that is not sorted: what it holds could be passed over.
 */
export function joined<Rows extends object>(lists: Lists<Rows>): AsyncGenerator<Group<Rows>>;
export async function* joined(lists: Readonly<Record<string, Keyed<unknown>>>): AsyncGenerator<object> {
  const readers = Object.entries(lists).map(([name, list]) => ({ name, reader: new Reader(list) }));
  try {
    for (;;) {
      let key: string | undefined;
      for (const { reader } of readers) {
        const next = await reader.key();
        if (next !== undefined && (key === undefined || next < key)) key = next;
      }
      if (key === undefined) return;
      const group: Record<string, unknown> = { key };
      for (const { name, reader } of readers) group[name] = await reader.take(key);
      yield group;
    }
  } finally {
    for (const { reader } of readers) await reader.close();
  }
}

class Reader {
  readonly #list: Keyed<unknown>;
  readonly #rows: AsyncIterator<unknown>;
  #next: { readonly key: string; readonly row: unknown } | undefined;
  #ended = false;

  constructor(list: Keyed<unknown>) {
    this.#list = list;
    this.#rows = list.rows[Symbol.asyncIterator]();
  }

  async key(): Promise<string | undefined> {
    if (this.#next === undefined && !this.#ended) await this.#advance('');
    return this.#next?.key;
  }

  async take(key: string): Promise<readonly unknown[]> {
    const taken: unknown[] = [];
    while ((await this.key()) === key && this.#next) {
      taken.push(this.#next.row);
      await this.#advance(key);
    }
    return taken;
  }

  async close(): Promise<void> {
    await this.#rows.return?.();
  }

  async #advance(after: string): Promise<void> {
    const result = await this.#rows.next();
    if (result.done === true) {
      this.#ended = true;
      this.#next = undefined;
      return;
    }
    const key = this.#list.keyOf(result.value);
    if (key < after) throw new Error(`${this.#list.name} are not sorted: "${key}" comes after "${after}".`);
    this.#next = { key, row: result.value };
  }
}
