// The store as the gateway reaches it: in its own process at once; as another process after a while, and at times not at
// all, before or after the deed was done.
import { Failure } from '#core/failure.ts';
import type { FastStore } from '#ports/fast-store.ts';
import type { Life } from './life.ts';
import type { Stage } from './stage.ts';

export function storeThrough(stage: Stage, life: Life): FastStore {
  // One of its own dies with the process; one apart may have been emptied since.
  const own = stage.kept.store;
  const store = (): FastStore => (stage.traits.storeApart ? stage.kept.store : own);
  const through = stage.traits.storeApart
    ? apart(stage, life)
    : <Result>(deed: () => Promise<Result>) => life.directly(deed);
  const told = (requestId: string, granted: bigint): void => {
    const record = stage.calls.get(requestId);
    if (record) record.heldAsTold += granted;
  };
  return {
    load: (wallets, counters, units) => through(() => store().load(wallets, counters, units)),
    async hold(request) {
      const outcome = await through(() => store().hold(request));
      if (outcome.kind === 'held') told(request.requestId, outcome.granted);
      return outcome;
    },
    admit: (requestId, keys) => through(() => store().admit(requestId, keys)),
    dispatch: (call, leaseMs) => through(() => store().dispatch(call, leaseMs)),
    touch: (requestId, leaseMs, checkpoint) => through(() => store().touch(requestId, leaseMs, checkpoint)),
    async extend(requestId, more) {
      const outcome = await through(() => store().extend(requestId, more));
      if (outcome.kind === 'extended') told(requestId, outcome.granted);
      return outcome;
    },
    give: (requestId, walletId, wanted) => through(() => store().give(requestId, walletId, wanted)),
    settle: (entry, actualTokens) => through(() => store().settle(entry, actualTokens)),
    restore: (hold, leaseMs) => through(() => store().restore(hold, leaseMs)),
    recall: (call, charged) => through(() => store().recall(call, charged)),
    void: (requestId) => through(() => store().void(requestId)),
    expired: (limit) => through(() => store().expired(limit)),
    reap: (entry) => through(() => store().reap(entry)),
    credit: (walletId, amount, creditSeq, adjusted) =>
      through(() => store().credit(walletId, amount, creditSeq, adjusted)),
    resync: (truth) => through(() => store().resync(truth)),
    wallet: (walletId) => through(() => store().wallet(walletId)),
    spent: (counter) => through(() => store().spent(counter)),
    taken: (counter) => through(() => store().taken(counter)),
    outbox: (limit) => through(() => store().outbox(limit)),
    outboxSize: () => through(() => store().outboxSize()),
    confirm: (eventIds) => through(() => store().confirm(eventIds)),
  };
}

function apart(stage: Stage, life: Life): <Result>(deed: () => Promise<Result>) => Promise<Result> {
  const chance = stage.chance.fork(`store of life ${life.no}`);
  return (deed) =>
    life.through(async () => {
      if (!stage.storeAway) return deed();
      stage.probes.saw('store out of reach');
      if (chance.odds(0.4)) await deed();
      throw new Failure('not_exact', 'The store is out of reach.', { retryAfterMs: 1_000 });
    });
}
