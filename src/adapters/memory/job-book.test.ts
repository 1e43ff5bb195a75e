import { jobBookContract } from '#ports/job-book.contract.ts';
import { sampleCost, samplePrice } from '#ports/ledger-entries.contract.ts';
import { memoryJobBook } from './job-book.ts';
import { MemoryLedger } from './ledger.ts';

jobBookContract('jobs in memory', async () => {
  const ledger = new MemoryLedger({ now: Date.now });
  ledger.publish(samplePrice);
  ledger.publish(sampleCost);
  return {
    ledger,
    book: memoryJobBook((requestId) => ledger.tables.registers.get(requestId)),
    createPayer: async (currency) => {
      const walletId = crypto.randomUUID();
      ledger.createWallet(walletId, currency);
      return { walletId, currency, virtualKeyId: crypto.randomUUID(), userId: crypto.randomUUID() };
    },
  };
});
