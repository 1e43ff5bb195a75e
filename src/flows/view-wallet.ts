// What a wallet has now, loaded from the ledger when the store does not know it yet.
import { Failure } from '#core/failure.ts';
import type { WalletView } from '#ports/fast-store.ts';
import type { House } from './house.ts';
import { patienceMs, within } from './within.ts';

type Keepers = Pick<House, 'store' | 'ledger' | 'clock'>;

/** @throws Failure `not_exact` when it can be read nowhere. */
export async function viewWallet(keepers: Keepers, walletId: string): Promise<WalletView> {
  const known = await keepers.store.wallet(walletId);
  if (known) return known;
  await loadWallet(keepers, walletId);
  const loaded = await keepers.store.wallet(walletId);
  if (!loaded) throw unreadable();
  return loaded;
}

/** Tells the store what the ledger has of a wallet that it does not know. @throws Failure `not_exact` */
export async function loadWallet({ store, ledger, clock }: Keepers, walletId: string): Promise<void> {
  try {
    const { wallets, counters, units } = await within(clock, patienceMs, ledger.load([walletId]));
    await store.load(wallets, counters, units);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause?: unknown): Failure {
  return new Failure('not_exact', 'The wallet could not be read just now. Try again shortly.', {
    retryAfterMs: 1_000,
    cause,
  });
}
