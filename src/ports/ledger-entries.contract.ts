// Calls and their entries for the ledger's contract: rated for real, so that an audit can rate them again.
import type { AdjustmentLine } from '#core/ledger/adjustment.ts';
import { chargedTotal } from '#core/ledger/charged-total.ts';
import type { ChargeEntry, Counter, DispatchedCall } from '#core/ledger/entry.ts';
import { periodId } from '#core/limits/period.ts';
import { type Amount, amount } from '#core/money/amount.ts';
import type { PriceVersion } from '#core/pricing/component.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import { counterUses } from '#core/pricing/counted.ts';
import { rate } from '#core/pricing/rate.ts';
import { estimatedUsage } from '#core/usage/usage.ts';

export interface Payer {
  readonly walletId: string;
  readonly currency: string;
  readonly virtualKeyId: string;
  readonly userId: string;
}

export const samplePrice: PriceVersion = priceOf('0198a5f0-0000-7000-8000-000000000001', 'compass', '3', '15', true);
export const sampleCost: PriceVersion = priceOf('0198a5f0-0000-7000-8000-000000000002', 'north-1', '2.5', '10');

const prepared = { charge: preparePrice(samplePrice), cost: preparePrice(sampleCost) };

export function countersOf(payer: Payer, atMs: number): readonly Counter[] {
  return [
    { scope: `key:${payer.virtualKeyId}`, period: periodId('day', atMs) },
    { scope: `key:${payer.virtualKeyId}`, period: periodId('total', atMs) },
    { scope: `user:${payer.userId}`, period: periodId('month', atMs) },
  ];
}

export interface Dispatch {
  readonly gatewayId: string;
  readonly dispatchNo: number;
  readonly atMs: number;
}

export function callOf(payer: Payer, { gatewayId, dispatchNo, atMs }: Dispatch): DispatchedCall {
  return {
    requestId: crypto.randomUUID(),
    walletId: payer.walletId,
    currency: payer.currency,
    userId: payer.userId,
    virtualKeyId: payer.virtualKeyId,
    name: samplePrice.subject.name,
    provider: 'north',
    model: 'north-1',
    streamed: true,
    held: amount(1_000_000_000_000n),
    counters: countersOf(payer, atMs),
    pins: {
      charge: { versionId: samplePrice.id, currency: samplePrice.currency },
      cost: { versionId: sampleCost.id, currency: sampleCost.currency },
    },
    promptTokensEstimate: 1000,
    facts: { occurred_at: new Date(atMs).toISOString() },
    gatewayId,
    dispatchNo,
    startedAt: atMs,
  };
}

export interface Word {
  readonly completionTokens: number;
  /** The final word when missing. */
  readonly estimateNo?: number;
  /** The wallet ran out in mid-stream when this much was set aside. */
  readonly heldWhenCutOff?: Amount;
}

/** Another word about a call; each gets an event id of its own. */
export function entryOf(call: DispatchedCall, { completionTokens, estimateNo, heldWhenCutOff }: Word): ChargeEntry {
  const usage = estimatedUsage({
    prompt_tokens: 1000,
    completion_tokens: completionTokens,
    method: 'local_tokenizer',
    raw: { text: 'a \u0000 and half a pair \ud800' },
  });
  const { facts } = call;
  // Units of its own, whatever other calls are given.
  const from = BigInt(`0x${call.requestId.slice(0, 8)}`) * 1_000_000n;
  const allocations = counterUses({ price: prepared.charge, usage, facts }).map(({ counter, period, units }) => ({
    counter,
    period,
    ranges: [{ from, to: from + units }],
  }));
  const chargeReceipt = rate({ price: prepared.charge, usage, facts, allocations });
  const costReceipt = rate({ price: prepared.cost, usage, facts });
  const held = heldWhenCutOff ?? call.held;
  const outcome = heldWhenCutOff === undefined ? (estimateNo === undefined ? 'completed' : 'reaped') : 'cut_off';
  return {
    eventId: crypto.randomUUID(),
    call: { ...call, held },
    total: chargedTotal({ outcome, receipt: chargeReceipt, held }),
    cost: costReceipt.total,
    costCurrency: costReceipt.currency,
    final: estimateNo === undefined,
    revision: estimateNo ?? 0,
    usage,
    chargeReceipt,
    costReceipt,
    outcome,
    attempts: [
      {
        provider: call.provider,
        model: call.model,
        outcome: 'answered',
        status: 200,
        startedAt: call.startedAt,
        latencyMs: 40,
      },
    ],
    endedAt: call.startedAt + 800,
    firstByteMs: 120,
  };
}

/** The same call, rated again by what was the price of its cost. */
export function cheaper({ eventId, call, ...said }: ChargeEntry): AdjustmentLine {
  const receipt = rate({ price: prepared.cost, usage: said.usage, facts: call.facts });
  const before = {
    total: said.total,
    cost: said.cost,
    costCurrency: said.costCurrency,
    chargeReceipt: said.chargeReceipt,
    costReceipt: said.costReceipt,
  };
  const total = chargedTotal({ outcome: said.outcome, receipt, held: call.held });
  const after = { ...before, total, chargeReceipt: receipt };
  const pins = { ...call.pins, charge: call.pins.cost };
  return { requestId: call.requestId, recordId: eventId, provider: call.provider, before, after, pins };
}

/** The same call, whose provider bills as much as it was charged for. */
export function dearerToUs(entry: ChargeEntry): AdjustmentLine {
  const { call, usage } = entry;
  const line = cheaper(entry);
  const costReceipt = rate({ price: prepared.charge, usage, facts: call.facts });
  const after = { ...line.before, cost: costReceipt.total, costReceipt };
  return { ...line, after, pins: { ...call.pins, cost: call.pins.charge } };
}

function priceOf(id: string, name: string, input: string, output: string, isCounted = false): PriceVersion {
  const per = '1000000';
  // Counted, and always at the same price: what the ledger does with counters is not to be seen in its amounts.
  const above = [{ units: '1', price: output }];
  const counted = isCounted ? { graduated: { period: 'never' as const, above } } : {};
  return {
    id,
    subject: { kind: isCounted ? 'alias' : 'model', name },
    book: 'list',
    currency: 'usd',
    components: [
      { meter: 'input', price: input, per, currency: 'usd' },
      { meter: 'output', price: output, per, currency: 'usd', ...counted },
    ],
    modifiers: [],
    validFrom: '2026-01-01T00:00:00.000Z',
    recordedAt: '2026-01-01T00:00:00.000Z',
  };
}
