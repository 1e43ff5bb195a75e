// The memory ledger's tables as an auditor reads them.
import type { ChargeRow, CounterRow, GivenRow, TopUpRow, UsageRow } from '#core/ledger/audit-rows.ts';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { negate } from '#core/money/amount.ts';
import type { Books, BooksView } from '#ports/books.ts';
import { counterKey, type LedgerTables } from './ledger-tables.ts';

export function memoryBooks(tables: LedgerTables): Books {
  return { view: (read) => read(viewOf(copyOf(tables))) };
}

function viewOf(tables: LedgerTables): BooksView {
  const { wallets, events, postings, registers, usageRecords, counters, topUps, gateways, adjustments } = tables;
  return {
    totals: async () => ({
      wallets: wallets.size,
      events: events.length,
      postings: postings.length,
      registers: registers.size,
      usageRecords: usageRecords.size,
      counters: counters.size,
      unitCounters: tables.unitCounters.size,
      gateways: gateways.size,
      topUps: topUps.size,
      adjustments: adjustments.length,
    }),
    wallets: () => sorted(wallets.values(), (row) => [row.walletId]),
    events: () => sorted(events, (row) => [row.walletId, row.seq]),
    postings: () => sorted(postings, (row) => [row.walletId, row.seq, BigInt(row.leg)]),
    eventsById: () => sorted(events, (row) => [row.eventId]),
    topUps: () => sorted(topUps.values(), (row) => [row.eventId]),
    registers: () => sorted(registers.values(), (row) => [row.requestId]),
    adjustments: () => sorted(adjustments, (row) => [row.requestId, row.walletId, row.seq]),
    adjustmentsByEvent: () => sorted(adjustments, (row) => [row.walletId, row.seq, row.requestId]),
    charges: () => sorted(chargesOf(tables), (row) => [row.requestId ?? '', row.walletId, row.seq]),
    usageRecords: () => sorted(usageRecords.values().map(usageRowOf), (row) => [row.requestId, row.eventId]),
    gateways: () => sorted(gateways.values(), (row) => [row.gatewayId]),
    dispatches: () => sorted(registers.values(), (row) => [row.gatewayId, row.dispatchNo]),
    counters: () => sorted(counters.values(), (row) => [row.scope, row.period]),
    spentByRegisters: () => sorted(spentOf(tables), (row) => [row.scope, row.period]),
    unitCounters: () => sorted(tables.unitCounters.values(), (row) => [row.scope, row.period]),
    givenByRegisters: () => sorted(givenOf(tables), (row) => [row.scope, row.period, row.requestId]),
    openJobs: async () => [],
    priceVersions: async (ids) => ids.flatMap((id) => tables.priceVersions.get(id) ?? []),
    fxRates: async (ids) => ids.flatMap((id) => tables.fxRates.get(id) ?? []),
  };
}

function copyOf(tables: LedgerTables): LedgerTables {
  return {
    wallets: new Map(tables.wallets),
    events: [...tables.events],
    postings: [...tables.postings],
    registers: new Map(tables.registers),
    usageRecords: new Map(tables.usageRecords),
    counters: new Map(tables.counters),
    unitCounters: new Map(tables.unitCounters),
    topUps: new Map<string, TopUpRow>(tables.topUps),
    adjustments: [...tables.adjustments],
    gateways: new Map(tables.gateways),
    priceVersions: new Map(tables.priceVersions),
    fxRates: new Map(tables.fxRates),
  };
}

function chargesOf({ events, postings }: LedgerTables): readonly ChargeRow[] {
  const costs = Map.groupBy(
    postings.filter((posting) => posting.account.startsWith('payable:')),
    (posting) => `${posting.walletId} ${posting.seq}`,
  );
  return events
    .filter((event) => event.requestId !== undefined)
    .map((event) => ({
      ...event,
      costs: (costs.get(`${event.walletId} ${event.seq}`) ?? []).map(({ account, currency, amount }) => ({
        provider: account.slice('payable:'.length),
        currency,
        amount: negate(amount),
      })),
    }));
}

function spentOf({ registers }: LedgerTables): readonly CounterRow[] {
  const spent = new Map<string, CounterRow>();
  for (const { counters, total } of registers.values()) {
    for (const counter of counters) {
      const key = counterKey(counter);
      spent.set(key, { ...counter, spent: (spent.get(key)?.spent ?? 0n) + total });
    }
  }
  return [...spent.values()];
}

function givenOf({ registers }: LedgerTables): readonly GivenRow[] {
  return [...registers.values()].flatMap(({ requestId, startedAt, given }) =>
    given.map((each) => ({ ...each, requestId, startedAt })),
  );
}

function usageRowOf({ entry, applied }: { readonly entry: ChargeEntry; readonly applied: boolean }): UsageRow {
  const { call } = entry;
  return {
    eventId: entry.eventId,
    requestId: call.requestId,
    walletId: call.walletId,
    revision: entry.revision,
    final: entry.final,
    applied,
    name: call.name,
    provider: call.provider,
    model: call.model,
    outcome: entry.outcome,
    usage: entry.usage,
    facts: call.facts,
    pins: call.pins,
    held: call.held,
    charge: { total: entry.total, currency: call.currency, receipt: entry.chargeReceipt },
    cost: { total: entry.cost, currency: entry.costCurrency, receipt: entry.costReceipt },
  };
}

type Key = readonly (string | bigint)[];

async function* sorted<Row>(rows: Iterable<Row>, keyOf: (row: Row) => Key): AsyncGenerator<Row> {
  const keyed = [...rows].map((row) => ({ row, key: keyOf(row) }));
  yield* keyed.toSorted((left, right) => compare(left.key, right.key)).map(({ row }) => row);
}

function compare(left: Key, right: Key): number {
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined || part === other) continue;
    return part < other ? -1 : 1;
  }
  return 0;
}
