// Units are given from the lowest number on: what is charged for numbers behind others that nobody had was planted.
import { expect, test } from 'vitest';
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import { estimatedUsage } from '#core/usage/usage.ts';
import { audit } from '#flows/audit.ts';
import { pinOf } from '#flows/fare.ts';
import { entryOf, unitsFor } from '#flows/settle.ts';
import { callOf } from '#ports/fast-store-calls.contract.ts';
import { noon, version, walletId } from './calls.ts';

const free = version('0198a5f0-0000-7000-8000-000000000001', [{ allowance: { limit: '150', period: 'day' } }]);
const nothing = version('0198a5f0-0000-7000-8000-000000000002', [{ price: '0' }]);

async function entryAt(from: bigint, startedAt: number): Promise<ChargeEntry> {
  const rating = {
    usage: estimatedUsage({ prompt_tokens: 100, completion_tokens: 0, method: 'test', raw: null }),
    charge: { price: preparePrice(free) },
    cost: { price: preparePrice(nothing) },
  };
  const pins = { charge: pinOf(rating.charge), cost: pinOf(rating.cost) };
  const call = { ...callOf({ requestId: crypto.randomUUID(), walletId }), dispatchNo: 1, pins, startedAt };
  const given = await unitsFor(call, rating, async (wanted) =>
    wanted.map(({ units, ...each }) => ({ ...each, ranges: [{ from, to: from + units }] })),
  );
  const said = { eventId: crypto.randomUUID(), endedAt: startedAt + 1, final: true, revision: 0 };
  return entryOf(call, { ...rating, given, outcome: 'completed', attempts: [] }, said);
}

async function messagesOf(from: bigint, startedAt: number): Promise<readonly string[]> {
  const ledger = new MemoryLedger({ now: () => noon });
  ledger.createWallet(walletId, 'usd');
  ledger.publish(free);
  ledger.publish(nothing);
  const entry = await entryAt(from, startedAt);
  await ledger.openGateway(entry.call.gatewayId);
  await ledger.write([entry]);
  return (await audit({ books: ledger.books, nowMs: noon })).findings.map(({ message }) => message);
}

test('units that were planted behind those that nobody has had are found', async () => {
  const longAgo = noon - 7_200_000;
  expect(await messagesOf(0n, longAgo)).toEqual([]);
  expect(await messagesOf(5_000n, longAgo)).toEqual([
    'Calls were charged for units behind 0 to 5000, which nobody had.',
  ]);
});

test('while the call that had the lower ones may still be on its way into the ledger, nothing is said', async () => {
  expect(await messagesOf(5_000n, noon - 1000)).toEqual([]);
});
