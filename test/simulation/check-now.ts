// What must hold at every moment, whatever is under way.
import type { Stage } from './stage.ts';
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
}
