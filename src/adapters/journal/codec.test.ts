import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attempt, ChargeEntry, DispatchedCall, PinnedPrice } from '#core/ledger/entry.ts';
import { amount, amountMax } from '#core/money/amount.ts';
import type { Receipt, ReceiptLine } from '#core/pricing/receipt.ts';
import { meters } from '#core/usage/meter.ts';
import type { CallFacts, Usage } from '#core/usage/usage.ts';
import type { JournalRecord } from '#ports/journal.ts';
import { jsonValues } from '#test/json-values.ts';
import { decodeRecord, encodeRecord } from './codec.ts';
import { encodeFrame, readFrame } from './frame.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('', '\ud800', '"\\\n\u2028\0'));
const money = fc.bigInt({ min: -amountMax, max: amountMax }).map(amount);
const count = fc.nat();
const instant = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const meter = fc.constantFrom(...meters);
const status = fc.constantFrom('reported', 'estimated', 'partial', 'missing', 'not_billable', 'invalid');

const pin: fc.Arbitrary<PinnedPrice> = fc.record(
  { versionId: text, currency: text, conversion: fc.record({ fxRateId: text, rate: text }) },
  { requiredKeys: ['versionId', 'currency'] },
);

const facts: fc.Arbitrary<CallFacts> = fc.record(
  { occurred_at: text, service_tier: text, batch: fc.boolean(), resolution: text, thinking: fc.boolean() },
  { requiredKeys: ['occurred_at'] },
);

const call: fc.Arbitrary<DispatchedCall> = fc.record(
  {
    requestId: text,
    walletId: text,
    currency: text,
    organizationId: text,
    userId: text,
    virtualKeyId: text,
    name: text,
    provider: text,
    model: text,
    streamed: fc.boolean(),
    held: money,
    counters: fc.array(fc.record({ scope: text, period: text }), { maxLength: 3 }),
    pins: fc.record({ charge: pin, cost: pin }),
    promptTokensEstimate: count,
    facts,
    gatewayId: text,
    dispatchNo: count,
    startedAt: instant,
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      'requestId',
      'walletId',
      'currency',
      'virtualKeyId',
      'name',
      'provider',
      'model',
      'streamed',
      'held',
      'counters',
      'pins',
      'promptTokensEstimate',
      'facts',
      'gatewayId',
      'dispatchNo',
      'startedAt',
    ],
  },
);

const line: fc.Arbitrary<ReceiptLine> = fc.record(
  {
    meter,
    quantity: text,
    measured: text,
    price: text,
    per: text,
    currency: text,
    factor: text,
    when: text,
    amount: money,
  },
  { requiredKeys: ['meter', 'quantity', 'price', 'per', 'currency', 'amount'] },
);

const receipt: fc.Arbitrary<Receipt> = fc.record(
  {
    lines: fc.array(line, { maxLength: 4 }),
    total: money,
    currency: text,
    price_version: text,
    fx_rate_id: text,
    fx_rate: text,
    multiplier: text,
    complete: fc.boolean(),
    unpriced: fc.array(meter, { maxLength: 2 }),
    problems: fc.subarray(['usage_missing', 'usage_invalid', 'negative_remainder', 'negative_quantity'] as const),
    status,
    basis: fc.constantFrom('tokens', 'request', 'provider_reported'),
    adjustment: money,
    adjustments: fc.array(line, { maxLength: 2 }),
    allocations: fc.array(
      fc.record({ counter: text, period: text, ranges: fc.array(fc.tuple(text, text), { maxLength: 2 }) }),
      { maxLength: 2 },
    ),
    trial_credit: fc.record({ plan_id: text, amount: money }),
    sub_prices: fc.array(fc.record({ model: text, price_version: text }), { maxLength: 2 }),
  },
  { requiredKeys: ['lines', 'total', 'currency', 'price_version', 'complete', 'unpriced', 'problems', 'status'] },
);

const usage: fc.Arbitrary<Usage> = fc.record(
  {
    usage_unit: fc.constantFrom('token', 'image', 'second'),
    usage_quantity: text,
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    prompt_tokens_details: fc.record({ cached_tokens: count, audio_tokens: count }),
    cache_read_input_tokens: count,
    cache_creation_input_tokens: count,
    quantities: fc.record({ image: text, request: text }, { requiredKeys: [] }),
    reported_total_tokens: count,
    provider_reported_cost: fc.record({ amount: text, currency: text, basis: text }),
    status,
    flags: fc.array(text, { maxLength: 2 }),
    normalizer: fc.record({ id: text, version: text }),
    raw_usage: jsonValues({ maxDepth: 3 }),
  },
  {
    requiredKeys: [
      'usage_unit',
      'usage_quantity',
      'prompt_tokens',
      'completion_tokens',
      'total_tokens',
      'cache_read_input_tokens',
      'cache_creation_input_tokens',
      'status',
      'flags',
      'normalizer',
      'raw_usage',
    ],
  },
);

const attempt: fc.Arbitrary<Attempt> = fc.record(
  {
    provider: text,
    model: text,
    outcome: fc.constantFrom('answered', 'failed', 'refused', 'timed_out', 'aborted'),
    status: count,
    error: text,
    startedAt: instant,
    latencyMs: count,
  },
  { requiredKeys: ['provider', 'model', 'outcome', 'startedAt', 'latencyMs'] },
);

const entry: fc.Arbitrary<ChargeEntry> = fc.record(
  {
    eventId: text,
    call,
    total: money,
    cost: money,
    costCurrency: text,
    final: fc.boolean(),
    revision: count,
    usage,
    chargeReceipt: receipt,
    costReceipt: receipt,
    outcome: fc.constantFrom('completed', 'cut_off', 'abandoned', 'broken', 'failed', 'reaped'),
    attempts: fc.array(attempt, { maxLength: 2 }),
    endedAt: instant,
    firstByteMs: count,
  },
  {
    requiredKeys: [
      'eventId',
      'call',
      'total',
      'cost',
      'costCurrency',
      'final',
      'revision',
      'usage',
      'chargeReceipt',
      'costReceipt',
      'outcome',
      'attempts',
      'endedAt',
    ],
  },
);

const record: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({ kind: fc.constant('dispatch' as const), call }),
  fc.record({
    kind: fc.constant('checkpoint' as const),
    requestId: text,
    checkpoint: fc.record({ promptTokens: count, completionTokens: count }),
  }),
  fc.record({ kind: fc.constant('settle' as const), entry }),
);

test('every record comes back as it was written', () => {
  fc.assert(
    fc.property(record, (written) => {
      expect(decodeRecord(encodeRecord(written))).toEqual(plain(written));
    }),
    { numRuns: 500 },
  );
});

test('every text comes back from its frame, with its number', () => {
  fc.assert(
    fc.property(text, fc.nat(), fc.nat({ max: 40 }), (payload, number, offset) => {
      const frame = Buffer.concat([Buffer.alloc(offset, 7), encodeFrame(number, payload)]);
      expect(readFrame(frame, offset)).toEqual({ number, payload: payload.toWellFormed(), end: frame.length });
    }),
  );
});

test('a record cut anywhere, or changed anywhere, does not read', () => {
  fc.assert(
    fc.property(text, fc.nat({ max: 1_000 }), fc.integer({ min: 1, max: 255 }), (payload, at, change) => {
      const frame = Buffer.from(encodeFrame(7, payload));
      expect(readFrame(frame.subarray(0, at % frame.length), 0)).toBeTypeOf('string');
      const changed = Buffer.from(frame);
      changed.writeUInt8(changed.readUInt8(at % frame.length) ^ change, at % frame.length);
      expect(readFrame(changed, 0)).toBeTypeOf('string');
    }),
  );
});

test('a record larger than any before it is framed whole', () => {
  const payload = 'ü'.repeat(300_000);
  expect(readFrame(Buffer.from(encodeFrame(1, payload)), 0)).toMatchObject({ payload });
});

/** JSON has neither objects without a prototype nor a negative zero. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
