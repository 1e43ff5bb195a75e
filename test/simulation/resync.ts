// What a reconciliation does when it has found the store wrong: sets it to the ledger, all of it in one moment.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { RequestCharge } from '#core/ledger/register.ts';
import type { Stage } from './stage.ts';

const outboxMax = 10_000;

export async function resync(stage: Stage): Promise<void> {
  const { database, gateway, kept, traits } = stage;
  if (database.away || stage.storeAway || !(gateway?.open || traits.storeApart)) return;
  const entries: readonly ChargeEntry[] = await kept.store.outbox(outboxMax);
  const registers = new Map<string, RequestCharge>();
  for (const { call } of entries) {
    const known = database.ledger.tables.registers.get(call.requestId);
    if (known) registers.set(call.requestId, known);
  }
  const { wallets, counters } = await database.ledger.load();
  await kept.store.resync({ wallets, counters, registers });
}
