// A wallet as it is now: the ledger's word, and what calls have set aside meanwhile.
import { Failure } from '#core/failure.ts';
import { type Amount, negate, zero } from '#core/money/amount.ts';
import { currencyOf, formatAmount, parseAmount } from '#core/money/currency.ts';
import type { Wallet } from '#ports/administration.ts';
import type { WalletView } from '#ports/fast-store.ts';
import type { AdminDesk } from './desk.ts';

export interface WalletNow extends Wallet {
  readonly held: string | null;
  readonly available: string | null;
  readonly overdue: string;
  readonly booked_balance: string;
}

export async function showWallet({ store }: Pick<AdminDesk, 'store'>, wallet: Wallet): Promise<WalletNow> {
  const currency = currencyOf(wallet.currency);
  const booked = parseAmount(wallet.balance, currency);
  const view = await viewOf(store, wallet.id, booked);
  const balance = view?.balance ?? booked;
  const text = (amount: Amount): string => formatAmount(amount, currency);
  return {
    ...wallet,
    balance: text(balance),
    held: view ? text(view.held) : null,
    available: view ? text(view.available) : null,
    overdue: text(balance < 0n ? negate(balance) : zero),
    booked_balance: wallet.balance,
  };
}

type View = Pick<WalletView, 'balance' | 'held' | 'available'>;

// A wallet that no call has asked for yet has nothing set aside.
async function viewOf(store: AdminDesk['store'], walletId: string, booked: Amount): Promise<View | undefined> {
  try {
    return (await store.wallet(walletId)) ?? { balance: booked, held: zero, available: booked };
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
