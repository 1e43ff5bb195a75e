// Calls of one wallet whose price counts units, settled as the gateway settles them.
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import type { Terms } from '#core/pricing/terms.ts';
import { estimatedUsage } from '#core/usage/usage.ts';
import { UnitsForNow } from '#flows/estimate-units.ts';
import { entryOf, unitsFor } from '#flows/settle.ts';
import { callOf } from '#ports/fast-store-calls.contract.ts';
import type { FastStore } from '#ports/fast-store.ts';

export const walletId = '0198a5f0-0000-7000-8000-0000000000cc';
export const noon = Date.parse('2026-11-22T12:00:00Z');

export function version(id: string, components: readonly Partial<PriceComponent>[]): PriceVersion {
  return {
    id,
    rowId: `row-${id}`,
    subject: { kind: 'model', name: id },
    book: 'customer_type',
    bookOwner: 'type',
    currency: 'usd',
    components: components.map((each) => ({
      meter: 'input',
      price: '10',
      per: '1000000',
      currency: 'usd',
      ...each,
    })),
    modifiers: [],
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  };
}

export const nothing = preparePrice(version('nothing', [{ price: '0' }]));

export interface Word {
  readonly requestId: string;
  readonly tokens: number;
  readonly charge: Terms;
  readonly cost?: Terms;
  readonly estimate?: boolean;
}

/** An estimate as the reaper makes it, or a last word as the gateway does. */
export async function settle(store: FastStore, word: Word): Promise<ChargeEntry> {
  const { requestId, tokens, charge, cost = { price: nothing }, estimate = false } = word;
  const usage = estimatedUsage({ prompt_tokens: tokens, completion_tokens: 0, method: 'test', raw: null });
  const call = callOf({ requestId, walletId });
  const rating = { usage, charge, cost };
  const forNow = new UnitsForNow((counters) =>
    Promise.all(counters.map(async (each) => ({ ...each, taken: await store.taken(each) }))),
  );
  const given = await unitsFor(call, rating, (wanted) =>
    estimate ? forNow.give(wanted) : store.give(requestId, walletId, wanted),
  );
  const entry = entryOf(
    call,
    { ...rating, given, outcome: estimate ? 'reaped' : 'completed', attempts: [] },
    { eventId: crypto.randomUUID(), endedAt: 0, final: !estimate, revision: estimate ? 1 : 0 },
  );
  await store.settle(entry, 0n);
  return entry;
}

export async function storeWith(balance: bigint): Promise<FastStore> {
  const store = memoryFastStore({ clock: { now: () => noon }, outboxMax: 1000 });
  await store.load([{ walletId, balance: amount(balance), creditSeq: 0n }], []);
  return store;
}

export async function balanceOf(store: FastStore): Promise<bigint | undefined> {
  return (await store.wallet(walletId))?.balance;
}
