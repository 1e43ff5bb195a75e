// Calls of a wallet that were rated again: one event for their differences, a line for each, in one transaction.
import type { Pool, PoolClient } from 'pg';
import {
  type AdjustedBooks,
  type Adjustment,
  type AdjustmentChange,
  type AdjustmentLine,
  bookAdjustment,
} from '#core/ledger/adjustment.ts';
import { receiptToJson } from '#core/pricing/receipt.ts';
import type { Adjusted } from '#ports/ledger.ts';
import { insertEvents, moveHeads } from './insert.ts';
import { ledgerTransaction } from './once.ts';
import { lockHeads } from './read-before.ts';
import { recordset } from './recordset.ts';
import { registerColumns, type RegisterColumns, registerOf } from './register-columns.ts';
import { statements } from './statements.ts';
import { sha256 } from './write.ts';

export function bookAdjusted(pool: Pool, adjustment: Adjustment): Promise<Adjusted> {
  return ledgerTransaction(pool, async (client) => {
    const { walletId, rerateId, lines } = adjustment;
    const head = (await lockHeads(client, [walletId])).get(walletId);
    if (!head) throw new Error(`The adjustment names the wallet ${walletId}, which the ledger does not know.`);
    const ids = lines.map(({ requestId }) => requestId);
    const { registers, records } = await readRegisters(client, ids);
    const known = await readKnown(client, rerateId, ids);
    const { change, stale } = bookAdjustment({ head, registers, records, known }, adjustment, sha256);
    if (!change) return { creditSeq: head.creditSeq, booked: [], stale };
    await insertAdjustment(client, adjustment, change);
    return {
      creditSeq: head.creditSeq + 1n,
      booked: change.lines.map(({ requestId }) => requestId),
      stale,
    };
  });
}

async function readRegisters(
  client: PoolClient,
  requestIds: readonly string[],
): Promise<Pick<AdjustedBooks, 'registers' | 'records'>> {
  const { rows } = await client.query<RegisterColumns & { readonly record_id: string | null }>({
    name: 'ledger-registers-to-adjust',
    text: `select ${registerColumns}, u.event_id as record_id
      from faregate.request_charge register
        left join faregate.usage_record u on u.request_id = register.request_id and u.applied
          and u.final = register.final and u.revision = register.revision
      where register.request_id = any($1::uuid[])`,
    values: [requestIds],
  });
  const registers = new Map(rows.map((row) => [row.request_id, registerOf(row)]));
  const standing = rows.flatMap(({ request_id, record_id }) => (record_id === null ? [] : [{ request_id, record_id }]));
  return { registers, records: new Map(standing.map(({ request_id, record_id }) => [request_id, record_id])) };
}

async function readKnown(
  client: PoolClient,
  rerateId: string,
  requestIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ readonly request_id: string }>({
    name: 'ledger-known-adjustments',
    text: 'select request_id from faregate.adjustment where rerate_id = $1 and request_id = any($2::uuid[])',
    values: [rerateId, requestIds],
  });
  return new Set(rows.map((row) => row.request_id));
}

async function insertAdjustment(client: PoolClient, adjustment: Adjustment, change: AdjustmentChange): Promise<void> {
  const { event, postings, head, lines, spent } = change;
  await insertEvents(client, [event], postings);
  const rows = lines.map((line) => lineRow(adjustment, event.seq, line));
  await client.query({ name: 'ledger-adjustments', text: adjustments, values: [recordset(rows)] });
  await client.query({ name: 'ledger-adjusted-registers', text: adjustedRegisters, values: [recordset(rows)] });
  const completed = lines.filter(({ before, after }) => isComplete(after) && !isComplete(before));
  if (completed.length > 0) {
    const findings = completed.map((line) => findingRow(adjustment, line));
    await client.query({ name: 'ledger-findings', text: statements.findings, values: [recordset(findings)] });
  }
  if (spent.length > 0) {
    const counters = spent
      .map(({ counter, amount: moved }) => ({ ...counter, spent: moved.toString() }))
      .toSorted((one, two) => (`${one.scope}\n${one.period}` < `${two.scope}\n${two.period}` ? -1 : 1));
    await client.query({ name: 'ledger-counters', text: statements.counters, values: [recordset(counters)] });
  }
  await moveHeads(client, [head]);
  await client.query({
    name: 'ledger-count-credit',
    text: 'update faregate.wallet set credit_seq = credit_seq + 1 where id = $1',
    values: [adjustment.walletId],
  });
}

const isComplete = ({ chargeReceipt, costReceipt }: AdjustmentLine['after']): boolean =>
  chargeReceipt.complete && costReceipt.complete;

// What an incomplete receipt had left open has been booked.
function findingRow({ rerateId }: Adjustment, { requestId }: AdjustmentLine): object {
  return { kind: 'completed_receipt', subject: `request:${requestId}`, detail: { rerate_id: rerateId } };
}

function lineRow({ rerateId, walletId, reason, author }: Adjustment, seq: bigint, line: AdjustmentLine): object {
  const { requestId, recordId, provider, before, after, pins } = line;
  return {
    rerate_id: rerateId,
    request_id: requestId,
    wallet_id: walletId,
    seq: seq.toString(),
    record_id: recordId,
    provider,
    charge_before: before.total.toString(),
    charge_after: after.total.toString(),
    cost_before: before.cost.toString(),
    cost_before_currency: before.costCurrency,
    cost_after: after.cost.toString(),
    cost_after_currency: after.costCurrency,
    charge_receipt_before: receiptToJson(before.chargeReceipt),
    charge_receipt_after: receiptToJson(after.chargeReceipt),
    cost_receipt_before: receiptToJson(before.costReceipt),
    cost_receipt_after: receiptToJson(after.costReceipt),
    pins,
    reason,
    author,
  };
}

const adjustments = `
  insert into faregate.adjustment (
    rerate_id, request_id, wallet_id, seq, record_id, provider, charge_before, charge_after, cost_before,
    cost_before_currency, cost_after, cost_after_currency, charge_receipt_before, charge_receipt_after,
    cost_receipt_before, cost_receipt_after, pins, reason, author
  )
  select rerate_id, request_id, wallet_id, seq, record_id, provider, charge_before, charge_after, cost_before,
    cost_before_currency, cost_after, cost_after_currency, charge_receipt_before, charge_receipt_after,
    cost_receipt_before, cost_receipt_after, pins, reason, author
  from jsonb_to_recordset($1::jsonb) as row (
    rerate_id uuid, request_id uuid, wallet_id uuid, seq bigint, record_id uuid, provider text, charge_before numeric,
    charge_after numeric, cost_before numeric, cost_before_currency text, cost_after numeric, cost_after_currency text,
    charge_receipt_before jsonb, charge_receipt_after jsonb, cost_receipt_before jsonb, cost_receipt_after jsonb,
    pins jsonb, reason text, author text
  )`;

const adjustedRegisters = `
  update faregate.request_charge register
  set total = row.charge_after, cost = row.cost_after, cost_currency = row.cost_after_currency,
    updated_at = clock_timestamp()
  from jsonb_to_recordset($1::jsonb) as row (
    request_id uuid, charge_after numeric, cost_after numeric, cost_after_currency text
  )
  where register.request_id = row.request_id`;
