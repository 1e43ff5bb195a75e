// An empty store under watch: what it is asked and what it does is noted with the call that it is about.
import { isDeepStrictEqual } from 'node:util';
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import { type BudgetScope, type CallScopes, scopesOf } from '#core/limits/limits.ts';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { zero } from '#core/money/amount.ts';
import type { FastStore, HoldRequest } from '#ports/fast-store.ts';
import { Shadow } from './shadow.ts';
import type { Stage } from './stage.ts';
import { StoreWatch } from './store-watch.ts';
import { must } from './violation.ts';
import { watchedStore } from './watched-store.ts';

export interface StoreAndShadow {
  readonly store: FastStore;
  readonly shadow: Shadow;
}

export function newStore(stage: Stage): StoreAndShadow {
  const { clock, database, probes, traits, calls, fault } = stage;
  const shadow = new Shadow(database);
  const watch = new StoreWatch({
    shadow,
    probes,
    now: () => clock.now(),
    onAsked: (request) => noteAsked(stage, request),
    onHeld: (requestId, granted) => {
      const record = calls.get(requestId);
      if (record) record.held += granted;
    },
    onDispatched: (requestId, done) => {
      const record = calls.get(requestId);
      if (record) record.maySend = done;
    },
    onPosted: (entry) => notePosted(stage, entry),
    breaks: (error) => stage.breaks(error),
  });
  const watched = watchedStore(memoryFastStore({ clock, outboxMax: traits.outboxMax }), watch);
  return { store: fault.store?.(watched) ?? watched, shadow };
}

function noteAsked({ calls, clock }: Stage, request: HoldRequest): void {
  const record = calls.get(request.requestId);
  if (!record) return;
  record.budgets = request.budgets.map(({ scope, period }) => ({ scope, period }));
  const expected = scopesOf(record.caller.limitOwners, clock.now());
  const isAll = isDeepStrictEqual(limitsOf(request), limitsOf(expected));
  must(isAll, 'asked for less than its limits', () => record.requestId);
}

function limitsOf({ rates, slots, budgets, minBalance = zero }: CallScopes | HoldRequest): unknown {
  // The day may have turned on the way from the gateway to the store.
  const timeless = (each: BudgetScope): unknown => ({ ...each, period: each.period.length });
  return { rates, slots, minBalance, budgets: budgets.map(timeless) };
}

function notePosted({ calls, sawFullDisk }: Stage, entry: ChargeEntry): void {
  const record = calls.get(entry.call.requestId);
  record?.posted.push(entry);
  const isSafe = !entry.final || sawFullDisk || record?.finalOnDisk !== undefined;
  must(isSafe, 'settled before it was written down', () => entry.call.requestId);
}
