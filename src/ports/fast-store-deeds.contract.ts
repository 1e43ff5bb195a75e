// Every deed, in any order and repetition, does what the model says, and all that can be seen adds up after each.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { DispatchedCall } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import { callOf, callOfHold, entryOf, type FastStoreKeeper, holdOf, type MakeFastStore } from './fast-store-calls.contract.ts';
import { FastStoreModel } from './fast-store-model.contract.ts';
import type { ExpiredHold, FastStore, HoldRequest } from './fast-store.ts';

const outboxMax = 8;
const requestNos = 8;
const walletIds = ['wallet-a', 'wallet-b'];
const day = { scope: 'key:1', period: '2026-11-22' };
const total = { scope: 'organization:1', period: 'total' };
const slot = { scope: 'key:1', source: 'virtual_key.max_concurrent', limit: 4 };

// All amounts are small multiples of one of these. Eighty of the large one is the most that can be counted, and its last
// digits would be lost in a floating-point number.
const scales = [1n, 99_999_999_999_999_989n];
const startingUnits = 30n;
const unitsMax = 70n;

interface Real extends FastStoreKeeper {
  readonly scale: bigint;
  /** What was asked for last under each number. */
  readonly asked: Map<number, HoldRequest>;
}

type Deed = (keeper: FastStoreModel | FastStore) => unknown;

class Step implements fc.AsyncCommand<FastStoreModel, Real> {
  readonly #label: string;
  readonly #plan: (model: FastStoreModel, real: Real) => Deed | undefined;
  readonly #times: number;

  /** The plan may find that there is nothing to do. */
  constructor(label: string, plan: (model: FastStoreModel, real: Real) => Deed | undefined, times = 1) {
    this.#label = label;
    this.#plan = plan;
    this.#times = times;
  }

  check(): boolean {
    return true;
  }

  async run(model: FastStoreModel, real: Real): Promise<void> {
    const deed = this.#plan(model, real);
    if (!deed) return;
    for (let time = 0; time < this.#times; time += 1) {
      const expected = await deed(model);
      expect(withoutWait(await deed(real.store)), this.#label).toEqual(expected);
      await expectSameView(model, real.store);
    }
  }

  toString(): string {
    return `${this.#label} ×${this.#times}`;
  }
}

export async function expectTheModelToBeFollowed(make: MakeFastStore, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...scales), fc.commands(steps, { maxCommands: 80 }), async (scale, commands) => {
      const keeper = await make({ outboxMax });
      const model = new FastStoreModel(outboxMax);
      const wallets = walletIds.map((walletId) => ({ walletId, balance: amount(startingUnits * scale), creditSeq: 3n }));
      const counters = [{ ...total, spent: amount(2n * scale) }];
      model.load(wallets, counters);
      await keeper.store.load(wallets, counters);
      const real = { ...keeper, scale, asked: new Map<number, HoldRequest>() };
      await fc.asyncModelRun(() => ({ model, real }), commands);
    }),
    { numRuns },
  );
}

const no = fc.nat({ max: requestNos - 1 });
const units = fc.integer({ min: 0, max: 9 }).map(BigInt);
const times = fc.integer({ min: 1, max: 3 });
const leaseMs = fc.constantFrom(500, 1_000, 5_000);
const revision = fc.option(fc.nat({ max: 2 }), { nil: undefined });
const budgets = fc.subarray([
  { ...day, source: 'virtual_key.budget.day', limitUnits: 14n },
  { ...total, source: 'organization.budget.total', limitUnits: 25n },
]);

const steps = [
  fc
    .record({ no, walletId: fc.constantFrom(...walletIds, 'nobody'), most: units, less: units, keep: units, budgets, slots: fc.subarray([slot]), leaseMs, times })
    .map((wish) => new Step(`hold ${inspect(wish)}`, (model, real) => planHold(model, real, wish), wish.times)),
  fc.record({ no, leaseMs, times }).map(
    (wish) =>
      new Step(
        `dispatch ${inspect(wish)}`,
        (model, real) => {
          const call = callFor(model, real, wish.no);
          return (keeper) => keeper.dispatch(call, wish.leaseMs);
        },
        wish.times,
      ),
  ),
  fc.record({ no, leaseMs, tokens: fc.option(fc.nat({ max: 99 }), { nil: undefined }), times }).map((wish) => {
    const checkpoint = wish.tokens === undefined ? undefined : { promptTokens: 12, completionTokens: wish.tokens };
    return new Step(`touch ${inspect(wish)}`, () => (keeper) => keeper.touch(idOf(wish.no), wish.leaseMs, checkpoint), wish.times);
  }),
  // Never repeated: it is the one deed that adds again.
  fc.record({ no, most: units, less: units }).map(
    (wish) =>
      new Step(`extend ${inspect(wish)}`, (_, { scale }) => {
        const more = { amount: amount(wish.most * scale), minimum: amount(atLeastZero(wish.most - wish.less) * scale), tokens: 0n };
        return (keeper) => keeper.extend(idOf(wish.no), more);
      }),
  ),
  fc.record({ no, charge: units, revision, times }).map(
    (wish) =>
      new Step(
        `settle ${inspect(wish)}`,
        (model, real) => {
          const call = callFor(model, real, wish.no);
          if (!canCharge(model, call, real.scale)) return undefined;
          const entry = entryOf(call, wish.charge * real.scale, wish.revision);
          return (keeper) => keeper.settle(entry, 0n);
        },
        wish.times,
      ),
  ),
  fc.record({ no, times }).map(
    (wish) =>
      new Step(
        `settle again ${inspect(wish)}`,
        (model) => {
          const entry = model.wordOf(idOf(wish.no));
          return entry && ((keeper) => keeper.settle(entry, 0n));
        },
        wish.times,
      ),
  ),
  fc.record({ no, charge: units, times }).map(
    (wish) =>
      new Step(
        `reap ${inspect(wish)}`,
        (model, real) => {
          const call = callFor(model, real, wish.no);
          if (!canCharge(model, call, real.scale)) return undefined;
          const entry = entryOf(call, wish.charge * real.scale, 0);
          return (keeper) => keeper.reap(entry);
        },
        wish.times,
      ),
  ),
  fc
    .record({ no, times })
    .map((wish) => new Step(`void ${inspect(wish)}`, () => (keeper) => keeper.void(idOf(wish.no)), wish.times)),
  fc.record({ walletId: fc.constantFrom(...walletIds, 'nobody'), money: units, ahead: fc.integer({ min: -1, max: 2 }), times }).map(
    (wish) =>
      new Step(
        `credit ${inspect(wish)}`,
        (model, { scale }) => {
          const known = model.wallet(wish.walletId);
          if (known && known.balance > (unitsMax - 9n) * scale) return undefined;
          const creditSeq = (known?.creditSeq ?? 0n) + BigInt(wish.ahead);
          return (keeper) => keeper.credit(wish.walletId, amount(wish.money * scale), creditSeq);
        },
        wish.times,
      ),
  ),
  fc.constantFrom(100, 500, 1_000, 5_000).map(
    (ms) =>
      new Step(`advance ${ms} ms`, (model, real) => {
        model.advance(ms);
        real.advance(ms);
        return () => undefined;
      }),
  ),
  fc.record({ count: fc.nat({ max: 4 }), times }).map(
    (wish) =>
      new Step(
        `confirm ${inspect(wish)}`,
        (model) => {
          const eventIds = [...model.outbox().slice(0, wish.count).map(({ eventId }) => eventId), 'never heard of'];
          return (keeper) => keeper.confirm(eventIds);
        },
        wish.times,
      ),
  ),
];

interface HoldWish {
  readonly no: number;
  readonly walletId: string;
  readonly most: bigint;
  readonly less: bigint;
  readonly keep: bigint;
  readonly budgets: readonly { readonly scope: string; readonly period: string; readonly source: string; readonly limitUnits: bigint }[];
  readonly slots: HoldRequest['slots'];
  readonly leaseMs: number;
}

// Under a number that is in use the same is asked again.
function planHold(model: FastStoreModel, { scale, asked }: Real, wish: HoldWish): Deed {
  const requestId = idOf(wish.no);
  const request =
    (model.knows(requestId) ? asked.get(wish.no) : undefined) ??
    holdOf({
      requestId,
      walletId: wish.walletId,
      amount: wish.most * scale,
      minimum: atLeastZero(wish.most - wish.less) * scale,
      minBalance: (wish.keep % 3n) * scale,
      budgets: wish.budgets.map(({ limitUnits, ...budget }) => ({ ...budget, limit: amount(limitUnits * scale) })),
      slots: wish.slots,
      leaseMs: wish.leaseMs,
    });
  asked.set(wish.no, request);
  return (keeper) => keeper.hold(request);
}

/** As it was charged or held; else one that the store has never seen. */
function callFor(model: FastStoreModel, { asked }: Real, number: number): DispatchedCall {
  const requestId = idOf(number);
  const charged = model.wordOf(requestId)?.call;
  if (charged) return charged;
  const request = model.knows(requestId) ? asked.get(number) : undefined;
  if (request) return callOfHold(request);
  return callOf({ requestId, walletId: number % 2 === 0 ? 'wallet-a' : 'wallet-b', counters: number % 3 === 0 ? [] : [day] });
}

// What cannot be counted is refused by every keeper, but that is another test's.
function canCharge(model: FastStoreModel, { walletId, counters }: DispatchedCall, scale: bigint): boolean {
  const roomiest = (unitsMax - 9n) * scale;
  return (model.wallet(walletId)?.balance ?? 0n) > -roomiest && counters.every((each) => model.spent(each) < roomiest);
}

async function expectSameView(model: FastStoreModel, store: FastStore): Promise<void> {
  for (const walletId of [...walletIds, 'nobody']) {
    const view = await store.wallet(walletId);
    expect(view, walletId).toEqual(model.wallet(walletId));
    if (view) expect(view.available).toBe(view.balance - view.held);
  }
  for (const counter of [day, total]) expect(await store.spent(counter)).toBe(model.spent(counter));
  expect(await store.outbox(1_000)).toEqual(model.outbox());
  expect(await store.outboxSize()).toBe(model.outbox().length);
  expect(byRequest(await store.expired(1_000))).toEqual(byRequest(model.expired()));
}

// Leases that ended in the same millisecond have no order.
function byRequest(expired: readonly ExpiredHold[]): readonly ExpiredHold[] {
  const idIn = (hold: ExpiredHold): string => (hold.state === 'held' ? hold.requestId : hold.call.requestId);
  return expired.toSorted((left, right) => (idIn(left) < idIn(right) ? -1 : 1));
}

/** How long to wait for a slot is a keeper's guess. */
function withoutWait(said: unknown): unknown {
  if (typeof said !== 'object' || said === null || !('retryAfterMs' in said)) return said;
  const { retryAfterMs: _, ...rest } = said;
  return rest;
}

function idOf(number: number): string {
  return `request-${number}`;
}

function atLeastZero(value: bigint): bigint {
  return value < 0n ? 0n : value;
}

function inspect(wish: object): string {
  return fc.stringify(wish);
}
