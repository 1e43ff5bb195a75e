import { expect, test } from 'vitest';
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import { memoryJournal } from '#adapters/memory/journal.ts';
import { noFailpoints } from '#adapters/system/failpoints.ts';
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import { LedgerAway } from '#ports/ledger.ts';
import { callOf, entryOf } from '#ports/ledger-entries.contract.ts';
import { deliver } from '../deliver.ts';
import type { House } from '../house.ts';
import { LedgerWriter } from './write-ledger.ts';

const clock = { now: () => 1_800_000_000_000, sleep: () => Promise.resolve() };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

test('an entry that cannot be booked does not hold up the others, and stays where it is kept', async () => {
  const ledger = new MemoryLedger(clock);
  ledger.createWallet('known', 'usd');
  const store = memoryFastStore({ clock, outboxMax: 100 });
  await store.load(
    [
      { walletId: 'known', balance: amount(10n ** 13n), creditSeq: 0n },
      { walletId: 'unknown', balance: amount(10n ** 13n), creditSeq: 0n },
    ],
    [],
  );
  const entries = Array.from({ length: 9 }, (_, index) => entryFor(index === 4 ? 'unknown' : 'known'));
  for (const entry of entries) await store.settle(entry, 0n);
  const house: Pick<House, 'clock' | 'log' | 'store' | 'ledger' | 'journal' | 'failpoints'> = {
    clock,
    log,
    store,
    ledger,
    journal: memoryJournal(),
    failpoints: noFailpoints,
  };
  const writer = new LedgerWriter(house as House);
  await writer.flush();
  expect(ledger.tables.registers.size).toBe(8);
  expect((await store.outbox(10)).map(({ call }) => call.walletId)).toEqual(['unknown']);
});

test('while the ledger is away nothing is taken for refused', async () => {
  const away = { write: () => Promise.reject(new LedgerAway(new Error('gone'))) };
  await expect(deliver(away, [entryFor('known'), entryFor('known')])).rejects.toBeInstanceOf(LedgerAway);
});

let dispatchNo = 0;

function entryFor(walletId: string): ChargeEntry {
  dispatchNo += 1;
  const payer = { walletId, currency: 'usd', virtualKeyId: 'key', userId: 'user' };
  return entryOf(callOf(payer, { gatewayId: 'gateway', dispatchNo, atMs: clock.now() }), { completionTokens: 10 });
}
