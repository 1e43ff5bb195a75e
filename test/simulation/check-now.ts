// What must hold at every moment, whatever is under way.
import { scopesOf } from '#core/limits/limits.ts';
import type { Stage } from './stage.ts';
import { keys } from './town.ts';
import { must } from './violation.ts';

export async function checkNow(stage: Stage): Promise<void> {
  const { shadow, store } = stage.kept;
  for (const walletId of shadow.creditSeqs.keys()) {
    const view = await store.wallet(walletId);
    if (!view || shadow.drifted.has(walletId)) continue;
    const balance = shadow.balanceOf(walletId);
    const held = shadow.heldOf(walletId);
    const what = () => `${walletId}: ${view.balance} (${view.held} held) instead of ${balance} (${held} held)`;
    must(view.balance === balance, 'the store is not what the ledger and the outbox say', what);
    must(view.held === held, 'the store holds more or less than its calls', what);
    must(view.available === view.balance - view.held, 'available is not balance less holds', what);
    stage.probes.saw('store compared with the ledger');
  }
  if (shadow.drifted.size === 0) await checkCounters(stage);
}

async function checkCounters({ kept: { shadow, store }, clock, probes }: Stage): Promise<void> {
  for (const { caller } of keys) {
    if (!shadow.creditSeqs.has(caller.walletId)) continue;
    for (const budget of scopesOf(caller.limitOwners, clock.now()).budgets) {
      const spent = await store.spent(budget);
      const expected = shadow.spentOf(budget);
      const what = () => `${budget.scope} ${budget.period}: ${spent} instead of ${expected}`;
      must(spent === expected, 'a budget is not what the ledger and the outbox say', what);
      probes.saw('budget compared with the ledger');
    }
  }
}
