// Every deed, in any order and repetition, does what the model says, and all that can be seen adds up after each.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { DispatchedCall } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import {
  callOf,
  callOfHold,
  entryOf,
  type FastStoreKeeper,
  holdOf,
  type MakeFastStore,
} from './fast-store-calls.contract.ts';
import { FastStoreModel } from './fast-store-model.contract.ts';
import type { ExpiredHold, FastStore, HoldRequest } from './fast-store.ts';

const outboxMax = 4;
const requestNos = 16;
const walletIds = ['wallet-a', 'wallet-b'];
const day = { scope: 'key:1', period: '2026-11-22' };
const total = { scope: 'organization:1', period: 'total' };
const slot = { scope: 'key:1', source: 'virtual_key.max_concurrent', limit: 2 };

// All amounts are small multiples of one of these. Eighty of the large one is the most that can be counted, and its last
// digits would be lost in a floating-point number.
const scales = [1n, 99_999_999_999_999_989n];
const startingUnits = 20n;
const unitsMax = 70n;

interface Real extends FastStoreKeeper {
  readonly scale: bigint;
  /** What was asked for last under each number. */
  readonly asked: Map<number, HoldRequest>;
  /** How often each deed was answered in each way. */
  readonly seen: Map<string, number>;
}

type Deed = (keeper: FastStoreModel | FastStore) => unknown;

interface Plan {
  readonly name: string;
  /** As drawn, for the one who reads a failure. */
  readonly wish: { readonly times: number };
  /** May find that there is nothing to do. */
  readonly deed: (model: FastStoreModel, real: Real) => Deed | undefined;
}

class Step implements fc.AsyncCommand<FastStoreModel, Real> {
  readonly #plan: Plan;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  check(): boolean {
    return true;
  }

  async run(model: FastStoreModel, real: Real): Promise<void> {
    const { name, wish } = this.#plan;
    const deed = this.#plan.deed(model, real);
    if (!deed) return;
    for (let time = 0; time < wish.times; time += 1) {
      const expected = await deed(model);
      expect(withoutWait(await deed(real.store)), this.toString()).toEqual(expected);
      const answer = `${name}: ${answerOf(expected)}`;
      real.seen.set(answer, (real.seen.get(answer) ?? 0) + 1);
      await expectSameView(model, real.store);
    }
  }

  toString(): string {
    return `${this.#plan.name} ${fc.stringify(this.#plan.wish)}`;
  }
}

/** How often each deed was answered in each way. */
export async function expectTheModelToBeFollowed(
  make: MakeFastStore,
  numRuns: number,
): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...scales),
      fc.commands(steps, { maxCommands: 120, size: 'max' }),
      async (scale, commands) => {
        const keeper = await make({ outboxMax });
        const model = new FastStoreModel(outboxMax);
        const wallets = walletIds.map((walletId) => ({
          walletId,
          balance: amount(startingUnits * scale),
          creditSeq: 3n,
        }));
        const counters = [{ ...total, spent: amount(2n * scale) }];
        model.load(wallets, counters);
        await keeper.store.load(wallets, counters);
        const real = { ...keeper, scale, asked: new Map<number, HoldRequest>(), seen };
        await fc.asyncModelRun(() => ({ model, real }), commands);
      },
    ),
    { numRuns },
  );
  return seen;
}

const no = fc.nat({ max: requestNos - 1 });
const units = fc.integer({ min: 0, max: 9 }).map(BigInt);
const times = fc.integer({ min: 1, max: 3 });
const leaseMs = fc.constantFrom(500, 1_000, 5_000);
const anyWallet = fc.constantFrom('wallet-a', 'wallet-b', 'wallet-a', 'wallet-b', 'nobody');
const budgets = fc.subarray([
  { ...day, source: 'virtual_key.budget.day', limitUnits: 14n },
  { ...total, source: 'organization.budget.total', limitUnits: 25n },
]);
const slots = fc.subarray([slot]);

const hold = step(
  'hold',
  fc.record({ no, walletId: anyWallet, most: units, less: units, keep: units, budgets, slots, leaseMs, times }),
  (wish, model, real) => {
    const request = requestFor(wish, model, real);
    return (keeper) => keeper.hold(request);
  },
);

const dispatch = step('dispatch', fc.record({ no, leaseMs, times }), (wish, model, real) => {
  const call = callFor(wish.no, model, real);
  return (keeper) => keeper.dispatch(call, wish.leaseMs);
});

const progress = fc.option(fc.nat({ max: 99 }), { nil: undefined });
const touch = step('touch', fc.record({ no, leaseMs, progress, times }), (wish) => {
  const checkpoint = wish.progress === undefined ? undefined : { promptTokens: 12, completionTokens: wish.progress };
  return (keeper) => keeper.touch(idOf(wish.no), wish.leaseMs, checkpoint);
});

// Never repeated: it is the one deed that adds again.
const once = fc.constant(1);
const extend = step('extend', fc.record({ no, most: units, less: units, times: once }), (wish, _, { scale }) => {
  const minimum = amount(atLeastZero(wish.most - wish.less) * scale);
  return (keeper) => keeper.extend(idOf(wish.no), { amount: amount(wish.most * scale), minimum, tokens: 0n });
});

const revision = fc.option(fc.nat({ max: 2 }), { nil: undefined });
const settle = step(
  'settle',
  fc.record({ no, charge: units, revision, neverHeld: fc.nat({ max: 5 }), times }),
  (wish, model, real) => {
    const call = callFor(wish.no, model, real);
    const isMeant = model.knows(call.requestId) || wish.neverHeld === 0;
    if (!isMeant || !canCharge(model, call, real.scale)) return undefined;
    const entry = entryOf(call, wish.charge * real.scale, wish.revision);
    return (keeper) => keeper.settle(entry, 0n);
  },
);

const settleAgain = step('settle', fc.record({ no, times }), (wish, model) => {
  const entry = model.wordOf(idOf(wish.no));
  return entry && ((keeper) => keeper.settle(entry, 0n));
});

const reap = step('reap', fc.record({ no, charge: units, times }), (wish, model, real) => {
  const call = callFor(wish.no, model, real);
  if (!canCharge(model, call, real.scale)) return undefined;
  const entry = entryOf(call, wish.charge * real.scale, 0);
  return (keeper) => keeper.reap(entry);
});

const giveBack = step('void', fc.record({ no, times }), (wish) => (keeper) => keeper.void(idOf(wish.no)));

const ahead = fc.integer({ min: -1, max: 2 });
const credit = step(
  'credit',
  fc.record({ walletId: anyWallet, money: units, ahead, times }),
  ({ walletId, money, ahead }, model, { scale }) => {
    const known = model.wallet(walletId);
    if (known && known.balance > (unitsMax - 9n) * scale) return undefined;
    const creditSeq = (known?.creditSeq ?? 0n) + BigInt(ahead);
    return (keeper) => keeper.credit(walletId, amount(money * scale), creditSeq);
  },
);

const advance = step(
  'advance',
  fc.record({ ms: fc.constantFrom(100, 600, 2_000), times: once }),
  ({ ms }, model, real) => {
    model.advance(ms);
    real.advance(ms);
    return () => undefined;
  },
);

const confirm = step('confirm', fc.record({ count: fc.nat({ max: 2 }), times }), ({ count }, model) => {
  const oldest = model.outbox().slice(0, count);
  const eventIds = [...oldest.map(({ eventId }) => eventId), 'never heard of'];
  return (keeper) => keeper.confirm(eventIds);
});

// Those that need others to have come before them come more often.
const steps = [hold, hold, hold, dispatch, dispatch, touch, extend, extend, settle, settleAgain].concat([
  reap,
  reap,
  giveBack,
  credit,
  advance,
  advance,
  confirm,
]);

function step<Wish extends { readonly times: number }>(
  name: string,
  wishes: fc.Arbitrary<Wish>,
  plan: (wish: Wish, model: FastStoreModel, real: Real) => Deed | undefined,
): fc.Arbitrary<Step> {
  return wishes.map((wish) => new Step({ name, wish, deed: (model, real) => plan(wish, model, real) }));
}

interface HoldWish {
  readonly no: number;
  readonly walletId: string;
  readonly most: bigint;
  readonly less: bigint;
  readonly keep: bigint;
  readonly budgets: readonly {
    readonly scope: string;
    readonly period: string;
    readonly source: string;
    readonly limitUnits: bigint;
  }[];
  readonly slots: HoldRequest['slots'];
  readonly leaseMs: number;
}

// Under a number that is in use the same is asked again.
function requestFor(wish: HoldWish, model: FastStoreModel, { scale, asked }: Real): HoldRequest {
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
  return request;
}

/** As it was charged or held; else one that the store has never seen. */
function callFor(number: number, model: FastStoreModel, { asked }: Real): DispatchedCall {
  const requestId = idOf(number);
  const charged = model.wordOf(requestId)?.call;
  if (charged) return charged;
  const request = model.knows(requestId) ? asked.get(number) : undefined;
  if (request) return callOfHold(request);
  return callOf({
    requestId,
    walletId: number % 2 === 0 ? 'wallet-a' : 'wallet-b',
    counters: number % 3 === 0 ? [] : [day],
  });
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

function answerOf(said: unknown): string {
  if (typeof said !== 'object' || said === null) return String(said);
  const { kind, source, state } = { kind: '', source: '', state: '', ...said };
  return [kind, source, state].filter((word) => word !== '').join(' ');
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
