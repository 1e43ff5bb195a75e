// Books a batch of entries: which are new, what each changes, and the next link of every wallet's chain.
import { type Amount, add, negate, zero } from '../money/amount.ts';
import type { ChargeEntry, Counter } from './entry.ts';
import { appendEvent, type BillingEvent, type Digest, type WalletHead } from './event.ts';
import { payeeOf } from './payee.ts';
import { type Posting, postingsOf } from './posting.ts';
import { register, type RequestCharge } from './register.ts';
import { UnitMoves, unitsGiven, type UnitsGiven, type UnitsMoved } from './unit-counter.ts';

/** What the ledger holds, read under the wallets' locks. */
export interface BooksBefore {
  readonly heads: Pick<ReadonlyMap<string, WalletHead>, 'get'>;
  readonly registers: Pick<ReadonlyMap<string, RequestCharge>, 'get'>;
  readonly knownEvents: Pick<ReadonlySet<string>, 'has'>;
  /** By request: the units that its register was charged for. */
  readonly given: Pick<ReadonlyMap<string, readonly UnitsGiven[]>, 'get'>;
}

export interface BooksChange {
  readonly events: readonly BillingEvent[];
  readonly postings: readonly Posting[];
  readonly heads: ReadonlyMap<string, WalletHead>;
  /** The entry that moved each register last. */
  readonly registers: ReadonlyMap<string, { readonly entry: ChargeEntry; readonly register: RequestCharge }>;
  readonly units: readonly UnitsMoved[];
  readonly spent: readonly { readonly counter: Counter; readonly amount: Amount }[];
  /** Every entry that was not known before, with whether it changed anything. */
  readonly recorded: readonly { readonly entry: ChargeEntry; readonly applied: boolean }[];
}

/** @throws Error when an entry names a wallet that is not among the heads: a bug, never dropped in silence. */
export function book(before: BooksBefore, entries: readonly ChargeEntry[], digest: Digest): BooksChange {
  const heads = new Map<string, WalletHead>();
  const registers = new Map<string, { entry: ChargeEntry; register: RequestCharge }>();
  const seen = new Set<string>();
  const spent = new Map<string, { counter: Counter; amount: Amount }>();
  const events: BillingEvent[] = [];
  const postings: Posting[] = [];
  const units = new UnitMoves();
  const recorded: { entry: ChargeEntry; applied: boolean }[] = [];

  for (const entry of entries) {
    if (before.knownEvents.has(entry.eventId) || seen.has(entry.eventId)) continue;
    seen.add(entry.eventId);
    const { requestId, walletId } = entry.call;
    const said = register(registers.get(requestId)?.register ?? before.registers.get(requestId), registerOf(entry));
    recorded.push({ entry, applied: said.kind === 'booked' });
    if (said.kind === 'superseded') continue;

    const head = heads.get(walletId) ?? before.heads.get(walletId);
    if (!head) {
      throw new Error(`The entry ${entry.eventId} names the wallet ${walletId}, which the ledger does not know.`);
    }
    const next = appendEvent(head, chargeOf(entry, said.charge), digest);
    heads.set(walletId, next.head);
    const last = registers.get(requestId)?.entry;
    units.replace(last ? unitsGiven(last) : (before.given.get(requestId) ?? []), unitsGiven(entry));
    registers.set(requestId, { entry, register: said.register });
    events.push(next.event);
    postings.push(...postingsOf(next.event, said.costs));
    for (const counter of entry.call.counters) {
      const key = `${counter.scope} ${counter.period}`;
      spent.set(key, { counter, amount: add(spent.get(key)?.amount ?? zero, said.charge) });
    }
  }
  return { events, postings, heads, registers, units: units.all, spent: [...spent.values()], recorded };
}

function registerOf({ call, total, cost, costCurrency, final, revision }: ChargeEntry): RequestCharge {
  return { total, cost, costCurrency, provider: payeeOf(call), final, revision };
}

function chargeOf(entry: ChargeEntry, difference: Amount) {
  return {
    eventId: entry.eventId,
    kind: 'charge',
    amount: negate(difference),
    requestId: entry.call.requestId,
    occurredAt: entry.endedAt,
  } as const;
}
