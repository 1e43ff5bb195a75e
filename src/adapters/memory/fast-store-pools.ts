// Money set aside for calls that count on free units: once for all calls of a counter together, not for each.
import { unitKey } from '#core/ledger/unit-counter.ts';
import type { Counter } from '#core/ledger/entry.ts';
import { type Amount, amount, zero } from '#core/money/amount.ts';
import { poolHeld, type PoolClass } from '#core/ledger/free-pool.ts';
import type { FreeUnits } from '#ports/fast-store.ts';
import type { UnitCounters } from './fast-store-units.ts';

interface Pool {
  readonly counter: Counter;
  readonly classes: Map<string, PoolClass>;
  held: Amount;
}

/** What one call has in a pool. */
export interface PoolShare {
  readonly free: FreeUnits;
  readonly units: bigint;
}

export class FreePools {
  readonly #pools = new Map<string, Pool>();
  readonly #units: UnitCounters;

  constructor(units: UnitCounters) {
    this.#units = units;
  }

  /** How much more must be set aside, in all, for these to come in; nothing changes. */
  increase(shares: readonly PoolShare[]): bigint {
    let increase = 0n;
    for (const [key, own] of Map.groupBy(shares, ({ free }) => unitKey(free))) {
      const pool = this.#pools.get(key);
      const classes = new Map(pool?.classes);
      for (const share of own) join(classes, share, 1n);
      const [first] = own;
      if (first) increase += this.#heldFor(first.free, classes) - (pool?.held ?? zero);
    }
    return increase;
  }

  /** What the pools hold more than before. */
  enter(shares: readonly PoolShare[]): bigint {
    return this.#change(shares, 1n);
  }

  /** What the pools hold less than before. */
  leave(shares: readonly PoolShare[]): bigint {
    return -this.#change(shares, -1n);
  }

  /** Numbers were taken or given back: what the counters' pools hold more than before. */
  recount(counters: readonly Counter[]): bigint {
    let change = 0n;
    for (const counter of counters) {
      const pool = this.#pools.get(unitKey(counter));
      if (pool) change += this.#settle(pool);
    }
    return change;
  }

  /** Of all counters, by wallet: their scopes begin with `wallet:` and its id. */
  recountAll(): ReadonlyMap<string, bigint> {
    const changes = new Map<string, bigint>();
    for (const pool of this.#pools.values()) {
      const walletId = pool.counter.scope.split(':')[1] ?? '';
      changes.set(walletId, (changes.get(walletId) ?? 0n) + this.#settle(pool));
    }
    return changes;
  }

  #change(shares: readonly PoolShare[], sign: 1n | -1n): bigint {
    const touched = new Map<string, Pool>();
    for (const share of shares) {
      const { scope, period } = share.free;
      const key = unitKey({ scope, period });
      const pool = this.#pools.get(key) ?? { counter: { scope, period }, classes: new Map(), held: zero };
      join(pool.classes, share, sign);
      this.#pools.set(key, pool);
      touched.set(key, pool);
    }
    let change = 0n;
    for (const [key, pool] of touched) {
      change += this.#settle(pool);
      if (pool.classes.size === 0) this.#pools.delete(key);
    }
    return change;
  }

  #settle(pool: Pool): bigint {
    const held = this.#heldFor(pool.counter, pool.classes);
    const change = held - pool.held;
    pool.held = held;
    return change;
  }

  #heldFor(counter: Counter, classes: ReadonlyMap<string, PoolClass>): Amount {
    return amount(poolHeld([...classes.values()], (limit) => this.#units.free(counter, limit)));
  }
}

function join(classes: Map<string, PoolClass>, { free, units }: PoolShare, sign: 1n | -1n): void {
  const { limit, price } = free;
  const key = `${limit} ${price}`;
  const next = (classes.get(key)?.units ?? 0n) + sign * units;
  if (next > 0n) classes.set(key, { limit, price, units: next });
  else classes.delete(key);
}
