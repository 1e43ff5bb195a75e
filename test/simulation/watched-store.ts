// The store under watch: every deed is done by the real one, noted in the shadow, and every admission is checked.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { FastStore, HoldRequest } from '#ports/fast-store.ts';
import { type Admission, checkAdmission, checkBudgets, checkLimits } from './admission.ts';
import type { Probes } from './probes.ts';
import type { Shadow } from './shadow.ts';

export interface WatchOptions {
  readonly store: FastStore;
  readonly shadow: Shadow;
  readonly probes: Probes;
  readonly now: () => number;
  readonly onHeld: (requestId: string, granted: bigint) => void;
  readonly onPosted: (entry: ChargeEntry) => void;
}

export function watchedStore({ store, shadow, probes, now, onHeld, onPosted }: WatchOptions): FastStore {
  const admission = (request: HoldRequest, granted: bigint): Admission => ({ shadow, request, granted, nowMs: now() });
  const post = (entry: ChargeEntry, tokens: bigint): void => {
    end(entry.call.requestId, tokens, entry.total);
    shadow.post(entry);
    onPosted(entry);
  };
  const end = (requestId: string, tokens: bigint, money: bigint): void => {
    const hold = shadow.holds.get(requestId);
    if (!hold) return;
    hold.ended = { tokens, money };
    shadow.holds.delete(requestId);
  };
  return {
    async load(wallets, counters) {
      await store.load(wallets, counters);
      for (const { walletId, creditSeq } of wallets) {
        if (!shadow.creditSeqs.has(walletId)) shadow.creditSeqs.set(walletId, creditSeq);
      }
    },

    async hold(request) {
      const outcome = await store.hold(request);
      probes.saw(`hold: ${outcome.kind}`);
      if (outcome.kind === 'held') {
        const { granted } = outcome;
        if (granted < request.amount) probes.saw('hold: less than the worst case');
        checkAdmission(admission(request, granted));
        checkBudgets(admission(request, granted));
        const hold = { request, firstGranted: granted, granted, tokens: request.tokens, ended: undefined, atMs: now() };
        shadow.holds.set(request.requestId, hold);
        shadow.admitted.push(hold);
        onHeld(request.requestId, granted);
        checkLimits(admission(request, granted));
      }
      return outcome;
    },

    dispatch: (call, leaseMs) => store.dispatch(call, leaseMs),
    touch: (requestId, leaseMs, checkpoint) => store.touch(requestId, leaseMs, checkpoint),

    async extend(requestId, more) {
      const outcome = await store.extend(requestId, more);
      probes.saw(`extend: ${outcome.kind}`);
      const hold = shadow.holds.get(requestId);
      if (outcome.kind === 'extended' && hold) {
        checkAdmission(admission(hold.request, outcome.granted));
        checkBudgets(admission(hold.request, outcome.granted));
        hold.granted += outcome.granted;
        hold.tokens += more.tokens;
        onHeld(requestId, outcome.granted);
      }
      return outcome;
    },

    async settle(entry, actualTokens) {
      const outcome = await store.settle(entry, actualTokens);
      probes.saw(`settle: ${outcome.kind}`);
      if (outcome.kind === 'settled') post(entry, actualTokens);
      if (outcome.balance < 0n) probes.saw('wallet below zero');
      return outcome;
    },

    async void(requestId) {
      const voided = await store.void(requestId);
      if (voided) {
        probes.saw('hold voided');
        const hold = shadow.holds.get(requestId);
        if (hold) shadow.admitted.splice(shadow.admitted.indexOf(hold), 1);
        shadow.holds.delete(requestId);
      }
      return voided;
    },

    expired: (limit) => store.expired(limit),

    async reap(entry) {
      const hold = shadow.holds.get(entry.call.requestId);
      const reaped = await store.reap(entry);
      if (reaped && hold) {
        probes.saw('hold reaped');
        post(entry, hold.tokens);
      }
      return reaped;
    },

    async credit(walletId, amount, creditSeq) {
      const outcome = await store.credit(walletId, amount, creditSeq);
      probes.saw(`credit: ${outcome}`);
      if (outcome === 'applied') shadow.creditSeqs.set(walletId, creditSeq);
      return outcome;
    },

    async resync(truth) {
      const done = await store.resync(truth);
      probes.saw(done ? 'resync' : 'resync refused');
      if (done) {
        for (const { walletId, creditSeq } of truth.wallets) {
          shadow.creditSeqs.set(walletId, creditSeq);
          shadow.drifted.delete(walletId);
        }
      }
      return done;
    },

    wallet: (walletId) => store.wallet(walletId),
    spent: (counter) => store.spent(counter),
    outbox: (limit) => store.outbox(limit),
    outboxSize: () => store.outboxSize(),

    async confirm(eventIds) {
      await store.confirm(eventIds);
      for (const eventId of eventIds) shadow.outbox.delete(eventId);
    },
  };
}
