// What the hot path knows of keys, catalogue and prices: read from the directory, replaced as a whole when it changes.
import type { Catalog } from '#core/catalog/catalog.ts';
import { PriceBook } from '#core/catalog/price-book.ts';
import { Failure } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import type { Clock } from '#ports/clock.ts';
import type { CatalogRows, Directory } from '#ports/directory.ts';
import type { Log } from '#ports/log.ts';
import { patienceMs, within } from './within.ts';

/** The net beneath notifications: a revoked key stops within this time everywhere, a published price holds. */
const pollMs = 2_000;

/** Known keys go on for this long while the directory is out of reach. */
const ageMaxMs = 15 * 60_000;

const callersPerRead = 5_000;
const lookupsMax = 32;

export class Snapshot {
  catalog: Catalog = { routes: new Map(), prices: new PriceBook([]), exchange: [] };
  readonly #callers = new Map<string, Caller>();
  readonly #directory: Directory;
  readonly #clock: Clock;
  readonly #log: Log;
  #cursor: string | undefined;
  #catalogRows: CatalogRows | undefined;
  #readAt = 0;
  #lookups = 0;
  #refreshing: Promise<void> = Promise.resolve();

  constructor({ directory, clock, log }: { directory: Directory; clock: Clock; log: Log }) {
    this.#directory = directory;
    this.#clock = clock;
    this.#log = log;
  }

  /** @throws Failure `not_exact` when what we know is too old to go by. */
  caller(keyHash: string): Caller | undefined {
    if (this.#clock.now() - this.#readAt > ageMaxMs) {
      throw new Failure(
        'not_exact',
        'Keys could not be checked against the database for too long. Try again shortly.',
        {
          retryAfterMs: pollMs,
        },
      );
    }
    return this.#callers.get(keyHash);
  }

  /** For a key that is not known here, a new one perhaps: asks the directory, so that 401 is never said in ignorance. */
  async lookUp(keyHash: string): Promise<Caller | undefined> {
    if (this.#lookups >= lookupsMax) throw unsure();
    this.#lookups += 1;
    // A query that hangs keeps its place, so that no more of them can pile up than there are places.
    const asked = this.#directory.callerByHash(keyHash).finally(() => {
      this.#lookups -= 1;
    });
    try {
      const caller = await within(this.#clock, patienceMs, asked);
      // A refresh that came in between has read the newer one.
      const newer = this.#callers.get(keyHash);
      if (caller && !newer) this.#callers.set(keyHash, caller);
      return newer ?? caller;
    } catch (cause) {
      throw unsure(cause);
    }
  }

  /** After it, what was committed before the call is known here. One at a time, in order. */
  refresh(topic?: 'catalog' | 'callers'): Promise<void> {
    const next = this.#refreshing.catch(() => undefined).then(() => this.#read(topic));
    this.#refreshing = next;
    return next;
  }

  /** Keeps up until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const watching = await this.#directory.watch((topic) => {
      this.refresh(topic).catch((error: unknown) =>
        this.#log.warn({ error, topic }, 'a refresh failed; polling goes on'),
      );
    });
    while (!signal.aborted) {
      await this.#clock.sleep(pollMs, signal);
      if (signal.aborted) break;
      await this.refresh().catch((error: unknown) => {
        this.#log.warn({ error }, 'the database is out of reach; known keys and prices go on');
      });
    }
    await watching.stop();
  }

  async #read(topic?: 'catalog' | 'callers'): Promise<void> {
    const startedAt = this.#clock.now();
    if (topic !== 'callers') {
      const rows = await this.#directory.catalog();
      if (rows !== this.#catalogRows) this.catalog = catalogOf(rows);
      this.#catalogRows = rows;
    }
    if (topic !== 'catalog') await this.#readCallers();
    if (topic === undefined) this.#readAt = startedAt;
  }

  async #readCallers(): Promise<void> {
    for (;;) {
      const { callers, cursor } = await this.#directory.callersSince(this.#cursor, callersPerRead);
      for (const caller of callers) this.#callers.set(caller.keyHash, caller);
      this.#cursor = cursor;
      if (callers.length < callersPerRead) return;
    }
  }
}

function catalogOf({ routes, prices, exchange, plans = [], ownKeys = [] }: CatalogRows): Catalog {
  const named = new Map(routes.map((route) => [route.name, route]));
  return {
    routes: named,
    prices: new PriceBook(prices),
    exchange,
    plans,
    ownKeys: Map.groupBy(ownKeys, ({ ownerId }) => ownerId),
  };
}

function unsure(cause?: unknown): Failure {
  return new Failure('not_exact', 'The key could not be checked just now. Try again shortly.', {
    retryAfterMs: 1_000,
    cause,
  });
}
