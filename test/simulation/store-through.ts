// The store as another process: each deed takes a while, and at times it is out of reach, before or after it was done.
import { Failure } from '#core/failure.ts';
import type { FastStore } from '#ports/fast-store.ts';
import type { Life } from './life.ts';
import type { Stage } from './stage.ts';

export function storeThrough(stage: Stage, store: FastStore, life: Life): FastStore {
  const through = <Result>(deed: () => Promise<Result>): Promise<Result> =>
    life.through(async () => {
      mustReach(stage);
      const result = await deed();
      mustReach(stage);
      return result;
    });
  return {
    load: (wallets, counters) => through(() => store.load(wallets, counters)),
    hold: (request) => through(() => store.hold(request)),
    dispatch: (call, leaseMs) => through(() => store.dispatch(call, leaseMs)),
    touch: (requestId, leaseMs, checkpoint) => through(() => store.touch(requestId, leaseMs, checkpoint)),
    extend: (requestId, more) => through(() => store.extend(requestId, more)),
    settle: (entry, actualTokens) => through(() => store.settle(entry, actualTokens)),
    void: (requestId) => through(() => store.void(requestId)),
    expired: (limit) => through(() => store.expired(limit)),
    reap: (entry) => through(() => store.reap(entry)),
    credit: (walletId, amount, creditSeq) => through(() => store.credit(walletId, amount, creditSeq)),
    resync: (truth) => through(() => store.resync(truth)),
    wallet: (walletId) => through(() => store.wallet(walletId)),
    spent: (counter) => through(() => store.spent(counter)),
    outbox: (limit) => through(() => store.outbox(limit)),
    outboxSize: () => through(() => store.outboxSize()),
    confirm: (eventIds) => through(() => store.confirm(eventIds)),
  };
}

function mustReach(stage: Stage): void {
  if (!stage.storeAway) return;
  stage.probes.saw('store out of reach');
  throw new Failure('not_exact', 'The store is out of reach.', { retryAfterMs: 1_000 });
}
