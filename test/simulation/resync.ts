// What a reconciliation does when it has found the store wrong: sets it to the ledger, all of it in one moment.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { RequestCharge } from '#core/ledger/register.ts';
import type { UnitsGiven } from '#core/ledger/unit-counter.ts';
import type { Stage } from './stage.ts';

const outboxMax = 10_000;

export async function resync(stage: Stage): Promise<void> {
  const { database, gateway, kept, traits } = stage;
  if (database.away || stage.storeAway || !(gateway?.open || traits.storeApart)) return;
  const entries: readonly ChargeEntry[] = await kept.store.outbox(outboxMax);
  const registers = new Map<string, RequestCharge>();
  const given = new Map<string, readonly UnitsGiven[]>();
  for (const { call } of entries) {
    const known = database.ledger.tables.registers.get(call.requestId);
    if (!known) continue;
    registers.set(call.requestId, known);
    given.set(call.requestId, known.given);
  }
  const { wallets, counters, units } = await database.ledger.load();
  await kept.store.resync({ wallets, counters, registers, units, given });
}
