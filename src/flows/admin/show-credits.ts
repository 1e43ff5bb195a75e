// What was credited in the ledger appears where calls are admitted.
import type { AdminDesk } from './desk.ts';

export interface CreditsDesk extends Pick<AdminDesk, 'store' | 'clock' | 'log'> {
  readonly ledger: Pick<AdminDesk['ledger'], 'load' | 'creditsAfter'>;
}

const triesMax = 20;
const pauseMs = 25;

/**
 * In the ledger's order, from where the store stands: so that this also shows an earlier credit whose own deed was cut off
 * between ledger and store. `false`: calls see it only after the next reconciliation.
 */
export async function showCredits(
  { ledger, store, clock, log }: CreditsDesk,
  walletId: string,
  creditSeq: bigint,
): Promise<boolean> {
  try {
    for (let tries = 0; tries < triesMax; tries += 1) {
      const view = await store.wallet(walletId);
      if (view && view.creditSeq >= creditSeq) return true;
      if (view) {
        for (const credit of await ledger.creditsAfter(walletId, view.creditSeq)) {
          await store.credit(walletId, credit.amount, credit.creditSeq, credit.adjusted);
        }
      } else {
        const { wallets, counters, units } = await ledger.load([walletId]);
        await store.load(wallets, counters, units);
      }
      if (tries > 0) await clock.sleep(pauseMs);
    }
    log.warn(
      { walletId, creditSeq: creditSeq.toString() },
      'A credit is booked, but does not appear where calls look.',
    );
  } catch (error) {
    log.warn({ walletId, creditSeq: creditSeq.toString(), error }, 'A credit is booked, but not yet shown to calls.');
  }
  return false;
}
