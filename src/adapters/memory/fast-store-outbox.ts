// Entries on their way to the ledger, oldest first, until it has confirmed them.
import type { ChargeEntry, Counter } from '#core/ledger/entry.ts';
import { register, type RequestCharge } from '#core/ledger/register.ts';
import { UnitMoves, unitsGiven, type UnitsGiven, type UnitsMoved } from '#core/ledger/unit-counter.ts';
import type { Amount } from '#core/money/amount.ts';

export class Outbox {
  readonly #entries = new Map<string, ChargeEntry>();

  get size(): number {
    return this.#entries.size;
  }

  append(entry: ChargeEntry): void {
    this.#entries.set(entry.eventId, entry);
  }

  oldest(limit: number): readonly ChargeEntry[] {
    return this.#entries.values().take(Math.max(0, limit)).toArray();
  }

  confirm(eventIds: readonly string[]): void {
    for (const eventId of eventIds) this.#entries.delete(eventId);
  }

  /** And what it will change about counters of units, whose calls stand there as given. */
  unitMoves(
    registers: ReadonlyMap<string, RequestCharge>,
    given: ReadonlyMap<string, readonly UnitsGiven[]>,
  ): readonly UnitsMoved[] {
    const known = new Map<string, RequestCharge>();
    const last = new Map(given);
    const moves = new UnitMoves();
    for (const entry of this.#entries.values()) {
      const { requestId } = entry.call;
      const said = register(known.get(requestId) ?? registers.get(requestId), registerOf(entry));
      if (said.kind === 'superseded') continue;
      known.set(requestId, said.register);
      moves.replace(last.get(requestId) ?? [], unitsGiven(entry));
      last.set(requestId, unitsGiven(entry));
    }
    return moves.all;
  }

  /** What each entry will change once the ledger, whose registers stand as given, has booked all of them. */
  changes(
    registers: ReadonlyMap<string, RequestCharge>,
  ): readonly { readonly walletId: string; readonly counters: readonly Counter[]; readonly charge: Amount }[] {
    const known = new Map<string, RequestCharge>();
    const changes: { walletId: string; counters: readonly Counter[]; charge: Amount }[] = [];
    for (const entry of this.#entries.values()) {
      const { requestId, walletId, counters } = entry.call;
      const said = register(known.get(requestId) ?? registers.get(requestId), registerOf(entry));
      if (said.kind === 'superseded') continue;
      known.set(requestId, said.register);
      changes.push({ walletId, counters, charge: said.charge });
    }
    return changes;
  }
}

export function registerOf({ call, total, cost, costCurrency, final, revision }: ChargeEntry): RequestCharge {
  return { total, cost, costCurrency, provider: call.provider, final, revision };
}
