// What a batch changed, written in bulk: one statement for each table, its rows as one JSON text.
import type { PoolClient } from 'pg';
import type { BooksChange } from '#core/ledger/book.ts';
import type { ChargeEntry, Counter } from '#core/ledger/entry.ts';
import type { BillingEvent, WalletHead } from '#core/ledger/event.ts';
import type { Posting } from '#core/ledger/posting.ts';
import type { RequestCharge } from '#core/ledger/register.ts';
import { unitsGiven, type UnitsMoved } from '#core/ledger/unit-counter.ts';
import type { Amount } from '#core/money/amount.ts';
import { receiptToJson } from '#core/pricing/receipt.ts';
import { instant, recordset } from './recordset.ts';
import { statements } from './statements.ts';
import { givenToJson, multirange } from './units.ts';

export async function insertChange(client: PoolClient, change: BooksChange): Promise<void> {
  await run(client, 'usage-records', change.recorded.map(usageRecordRow));
  await insertEvents(client, change.events, change.postings);
  await run(client, 'findings', change.recorded.flatMap(findingRows));
  await run(client, 'registers', Array.from(change.registers.values(), registerRow));
  await run(client, 'counters', change.spent.toSorted(byCounter).map(counterRow));
  await moveUnits(client, change.units);
  await moveHeads(client, [...change.heads.values()]);
}

// What comes back goes first: it may have been given to another call of the same batch.
async function moveUnits(client: PoolClient, moves: readonly UnitsMoved[]): Promise<void> {
  const back = moves.filter((move) => move.back.length > 0);
  const given = moves.filter((move) => move.given.length > 0);
  const rowOf = ({ scope, period }: UnitsMoved) => ({ scope, period });
  await run(
    client,
    'units-back',
    back.map((move) => ({ ...rowOf(move), back: multirange(move.back) })),
  );
  await run(
    client,
    'units-given',
    given.map((move) => ({ ...rowOf(move), given: multirange(move.given) })),
  );
}

export async function insertEvents(
  client: PoolClient,
  events: readonly BillingEvent[],
  postings: readonly Posting[],
): Promise<void> {
  await run(client, 'events', events.map(eventRow));
  await run(client, 'postings', postings.map(postingRow));
}

export async function moveHeads(client: PoolClient, heads: readonly WalletHead[]): Promise<void> {
  await run(client, 'heads', heads.map(headRow));
}

async function run(client: PoolClient, name: keyof typeof statements, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query({ name: `ledger-${name}`, text: statements[name], values: [recordset(rows)] });
}

function eventRow(event: BillingEvent): object {
  return {
    wallet_id: event.walletId,
    seq: event.seq.toString(),
    event_id: event.eventId,
    kind: event.kind,
    request_id: event.requestId,
    currency: event.currency,
    amount: event.amount.toString(),
    balance_before: event.balanceBefore.toString(),
    balance_after: event.balanceAfter.toString(),
    reference: event.reference,
    description: event.description,
    occurred_at: instant(event.occurredAt),
    prev_hash: event.prevHash,
    hash: event.hash,
  };
}

function postingRow({ walletId, seq, leg, account, currency, amount }: Posting): object {
  return { wallet_id: walletId, seq: seq.toString(), leg, account, currency, amount: amount.toString() };
}

function headRow({ walletId, balance, seq, hash }: WalletHead): object {
  return { id: walletId, balance: balance.toString(), seq: seq.toString(), hash };
}

type Recorded = BooksChange['recorded'][number];

// Something was consumed that has no price: what is priced was charged, and the rest waits for a price.
function isIncomplete({ entry, applied }: Recorded): boolean {
  const { chargeReceipt: charge, costReceipt: cost, call } = entry;
  if (!applied) return false;
  // By a customer's own key a fee is for what it names, and what the provider bills may be known to nobody here.
  return call.pins.ownKey === true ? charge.problems.length > 0 : !(charge.complete && cost.complete);
}

function findingRows(recorded: Recorded): readonly object[] {
  const { applied, entry } = recorded;
  const differs = applied && entry.costReceipt.reported_cost?.rated_is_more_by !== undefined;
  return [
    ...(isIncomplete(recorded) ? [incompleteRow(recorded)] : []),
    ...(differs
      ? [{ kind: 'cost_differs', subject: `request:${entry.call.requestId}`, detail: entry.costReceipt.reported_cost }]
      : []),
  ];
}

function incompleteRow({ entry }: Recorded): object {
  const { chargeReceipt: charge, costReceipt: cost } = entry;
  const told = ({ complete, unpriced, problems, price_version }: typeof charge) => ({
    complete,
    unpriced,
    problems,
    price_version,
  });
  return {
    kind: 'incomplete_receipt',
    subject: `request:${entry.call.requestId}`,
    detail: { charge: told(charge), cost: told(cost) },
  };
}

interface Moved {
  readonly entry: ChargeEntry;
  readonly register: RequestCharge;
}

function registerRow({ entry, register }: Moved): object {
  const { requestId, walletId, gatewayId, dispatchNo, counters, startedAt } = entry.call;
  return {
    request_id: requestId,
    wallet_id: walletId,
    total: register.total.toString(),
    cost: register.cost.toString(),
    cost_currency: register.costCurrency,
    provider: register.provider,
    final: register.final,
    revision: register.revision,
    gateway_id: gatewayId,
    dispatch_no: dispatchNo,
    counters: counters.map(({ scope, period }) => ({ scope, period })),
    given: givenToJson(unitsGiven(entry)),
    started_at: instant(startedAt),
  };
}

interface Spent {
  readonly counter: Counter;
  readonly amount: Amount;
}

// Sorted, so that two batches that move the same counters never wait for each other.
function byCounter({ counter: left }: Spent, { counter: right }: Spent): number {
  if (left.scope !== right.scope) return left.scope < right.scope ? -1 : 1;
  return left.period < right.period ? -1 : 1;
}

function counterRow({ counter, amount }: Spent): object {
  return { scope: counter.scope, period: counter.period, spent: amount.toString() };
}

function usageRecordRow({ entry, applied }: Recorded): object {
  const { call } = entry;
  return {
    event_id: entry.eventId,
    request_id: call.requestId,
    revision: entry.revision,
    final: entry.final,
    applied,
    wallet_id: call.walletId,
    organization_id: call.organizationId,
    user_id: call.userId,
    virtual_key_id: call.virtualKeyId,
    name: call.name,
    provider: call.provider,
    model: call.model,
    // Of several keys that were tried, the one that the call ended with.
    provider_key_id: entry.attempts.at(-1)?.providerKeyId ?? call.providerKeyId,
    outcome: entry.outcome,
    usage: entry.usage,
    facts: call.facts,
    charge_total: entry.total.toString(),
    charge_currency: call.currency,
    charge_receipt: receiptToJson(entry.chargeReceipt),
    cost_total: entry.cost.toString(),
    cost_currency: entry.costCurrency,
    cost_receipt: receiptToJson(entry.costReceipt),
    pins: call.pins,
    held: call.held.toString(),
    attempts: entry.attempts,
    streamed: call.streamed,
    started_at: instant(call.startedAt),
    ended_at: instant(entry.endedAt),
    latency_ms: Math.round(entry.endedAt - call.startedAt),
    first_byte_ms: entry.firstByteMs === undefined ? undefined : Math.round(entry.firstByteMs),
  };
}
