// Seven ways to lose or to double money, each seen in the wild, as wrappers around what the gateway works with. Whoever
// cannot tell a gateway that has one of them from one that has none has proved nothing.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { FastStore } from '#ports/fast-store.ts';
import type { Journal } from '#ports/journal.ts';
import type { Ledger } from '#ports/ledger.ts';

/** One for each history: what it remembers outlives the gateway, as the database does. */
export interface Fault {
  ledger?(inner: Ledger): Ledger;
  journal?(inner: Journal): Journal;
  /** A new store. */
  store?(inner: FastStore): FastStore;
  /** What the database makes of a batch. */
  landing?(entries: readonly ChargeEntry[]): readonly ChargeEntry[];
}

/** The outbox is confirmed and the journal forgotten, and only then is the ledger written. */
function acknowledgesBeforeCommit(): Fault {
  return {
    ledger: (inner) => ({
      ...inner,
      write(entries) {
        inner.write(entries).catch(() => undefined);
        return Promise.resolve({ committed: entries.map((entry) => entry.eventId) });
      },
    }),
  };
}

/** Whatever is delivered is added: the first word on a request, and every other as if it were about another request. */
function dedupesNothing(): Fault {
  const known = new Set<string>();
  let repeats = 0;
  return {
    landing: (entries) =>
      entries.map((entry) => {
        if (!known.has(entry.call.requestId)) {
          known.add(entry.call.requestId);
          return entry;
        }
        repeats += 1;
        return aboutAnother({ ...entry, eventId: `${entry.eventId} ${repeats}` });
      }),
  };
}

/** Every event is booked once, without a register of what its request was charged before. */
function dedupesByEventOnly(): Fault {
  const first = new Map<string, string>();
  return {
    landing: (entries) =>
      entries.map((entry) => {
        const { eventId, call } = entry;
        const known = first.get(call.requestId) ?? eventId;
        first.set(call.requestId, known);
        return known === eventId ? entry : aboutAnother(entry);
      }),
  };
}

function aboutAnother(entry: ChargeEntry): ChargeEntry {
  return { ...entry, call: { ...entry.call, requestId: `${entry.call.requestId} by ${entry.eventId}` } };
}

/** The store numbers what it settles, from 1 in every life; a number that the ledger has seen is a repeat. */
function dedupesByStoreSequence(): Fault {
  const numbers = new Map<string, number>();
  const seen = new Set<number>();
  return {
    store(inner) {
      let last = 0;
      const number = (entry: ChargeEntry): void => {
        last += 1;
        numbers.set(entry.eventId, last);
      };
      return {
        ...inner,
        async settle(entry, actualTokens) {
          const outcome = await inner.settle(entry, actualTokens);
          if (outcome.kind === 'settled') number(entry);
          return outcome;
        },
        async reap(entry) {
          const reaped = await inner.reap(entry);
          if (reaped) number(entry);
          return reaped;
        },
      };
    },
    landing: (entries) =>
      entries.filter((entry) => {
        const number = numbers.get(entry.eventId);
        if (number === undefined) return true;
        const isNew = !seen.has(number);
        seen.add(number);
        return isNew;
      }),
  };
}

/** Event ids are marked as known in a transaction of their own, and the one that books them may then fail. */
function claimsBeforeWriting(): Fault {
  const claimed = new Set<string>();
  return {
    ledger: (inner) => ({
      ...inner,
      async write(entries) {
        const fresh = entries.filter((entry) => !claimed.has(entry.eventId));
        for (const entry of fresh) claimed.add(entry.eventId);
        if (fresh.length > 0) await inner.write(fresh);
        return { committed: entries.map((entry) => entry.eventId) };
      },
    }),
  };
}

/** A start passes over what an earlier life left. */
function resendsNothing(): Fault {
  return { journal: (inner) => ({ ...open(inner), unfinished: () => Promise.resolve([]) }) };
}

/** Records are said to be written. */
function keepsNoJournal(): Fault {
  return { journal: (inner) => ({ ...open(inner), append: () => Promise.resolve() }) };
}

/** As a plain object, of which parts can be replaced. */
function open(inner: Journal): Journal {
  return {
    append: (record) => inner.append(record),
    unfinished: () => inner.unfinished(),
    forget: (requestIds, word) => inner.forget(requestIds, word),
    close: () => inner.close(),
  };
}

export const faults = {
  'acknowledge-before-commit': acknowledgesBeforeCommit,
  'no-dedupe': dedupesNothing,
  'dedupe-by-event-only': dedupesByEventOnly,
  'dedupe-by-store-sequence': dedupesByStoreSequence,
  'claim-before-write': claimsBeforeWriting,
  'no-resend': resendsNothing,
  'no-journal': keepsNoJournal,
} as const satisfies Record<string, () => Fault>;

export type FaultName = keyof typeof faults;
export const faultNames: readonly FaultName[] = [
  'acknowledge-before-commit',
  'no-dedupe',
  'dedupe-by-event-only',
  'dedupe-by-store-sequence',
  'claim-before-write',
  'no-resend',
  'no-journal',
];
