import { describe, expect, test } from 'vitest';
import { ledgerContract } from '#ports/ledger.contract.ts';
import { sampleCost, samplePrice } from '#ports/ledger-entries.contract.ts';
import { MemoryLedger } from './ledger.ts';

describe('the memory ledger', () => {
  ledgerContract(async () => {
    const ledger = new MemoryLedger({ now: Date.now });
    ledger.publish(samplePrice);
    ledger.publish(sampleCost);
    return {
      ledger,
      other: ledger,
      books: ledger.books,
      createPayer: async (currency) => {
        const payer = {
          walletId: crypto.randomUUID(),
          currency,
          virtualKeyId: crypto.randomUUID(),
          userId: crypto.randomUUID(),
        };
        ledger.createWallet(payer.walletId, currency);
        return payer;
      },
      beginRerate: async () => crypto.randomUUID(),
      now: Date.now,
    };
  });

  test('refuses a second wallet of the same id', () => {
    const ledger = new MemoryLedger({ now: Date.now });
    ledger.createWallet('one', 'usd');
    expect(() => ledger.createWallet('one', 'usd')).toThrow('exists already');
  });
});
