// The store under watch: every deed is done by the real one, and told to whoever reckons it again.
import type { FastStore } from '#ports/fast-store.ts';
import type { StoreWatch } from './store-watch.ts';

export function watchedStore(store: FastStore, watch: StoreWatch): FastStore {
  return {
    async load(wallets, counters, units) {
      await store.load(wallets, counters, units);
      watch.loaded(wallets);
    },
    async hold(request) {
      const outcome = await store.hold(request);
      watch.asked(request, outcome);
      return outcome;
    },
    admit: (requestId, keys) => store.admit(requestId, keys),
    async dispatch(call, leaseMs) {
      const done = await store.dispatch(call, leaseMs);
      watch.dispatched(call.requestId, leaseMs, done);
      return done;
    },
    async touch(requestId, leaseMs, checkpoint) {
      const done = await store.touch(requestId, leaseMs, checkpoint);
      watch.touched(requestId, leaseMs);
      return done;
    },
    async extend(requestId, more) {
      const outcome = await store.extend(requestId, more);
      watch.extended(requestId, more, outcome);
      return outcome;
    },
    give: (requestId, walletId, wanted) => store.give(requestId, walletId, wanted),
    async settle(entry, actualTokens) {
      const outcome = await store.settle(entry, actualTokens);
      watch.settled(entry, actualTokens, outcome);
      return outcome;
    },
    restore: (hold, leaseMs) => store.restore(hold, leaseMs),
    recall: (call, charged) => store.recall(call, charged),
    async void(requestId) {
      const done = await store.void(requestId);
      if (done) watch.voided(requestId);
      return done;
    },
    expired: (limit) => store.expired(limit),
    async reap(entry) {
      const reaped = await store.reap(entry);
      if (reaped) watch.reaped(entry);
      return reaped;
    },
    async credit(walletId, amount, creditSeq, adjusted) {
      const outcome = await store.credit(walletId, amount, creditSeq, adjusted);
      watch.credited(walletId, creditSeq, outcome);
      return outcome;
    },
    async resync(truth) {
      const done = await store.resync(truth);
      watch.resynced(truth.wallets, done);
      return done;
    },
    wallet: (walletId) => store.wallet(walletId),
    spent: (counter) => store.spent(counter),
    taken: (counter) => store.taken(counter),
    outbox: (limit) => store.outbox(limit),
    outboxSize: () => store.outboxSize(),
    async confirm(eventIds) {
      await store.confirm(eventIds);
      watch.confirmed(eventIds);
    },
  };
}
