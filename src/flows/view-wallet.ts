// What a wallet has now, loaded from the ledger when the store does not know it yet.
import { Failure } from '#core/failure.ts';
import type { WalletView } from '#ports/fast-store.ts';
import type { House } from './house.ts';

/** @throws Failure `not_exact` when it can be read nowhere. */
export async function viewWallet(
  { store, ledger }: Pick<House, 'store' | 'ledger'>,
  walletId: string,
): Promise<WalletView> {
  const known = await store.wallet(walletId);
  if (known) return known;
  try {
    const { wallets, counters } = await ledger.load([walletId]);
    await store.load(wallets, counters);
  } catch (cause) {
    throw unreadable(cause);
  }
  const loaded = await store.wallet(walletId);
  if (!loaded) throw unreadable();
  return loaded;
}

function unreadable(cause?: unknown): Failure {
  return new Failure('not_exact', 'The wallet could not be read just now. Try again shortly.', {
    retryAfterMs: 1_000,
    cause,
  });
}
