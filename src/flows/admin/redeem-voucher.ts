// A voucher becomes money in a wallet, once. The ledger decides: a voucher's id is the reference of its one top-up.
import { Failure } from '#core/failure.ts';
import { currencyOf, parseAmount } from '#core/money/currency.ts';
import type { Voucher, Wallet } from '#ports/administration.ts';
import { hashVoucherCode } from './create-vouchers.ts';
import type { AdminDesk } from './desk.ts';
import { accomplished, present } from './outcome.ts';
import { creditWallet, type ToppedUp } from './top-up-wallet.ts';

export async function redeemVoucher(
  desk: AdminDesk,
  actor: string,
  order: { readonly code: string; readonly walletId: string },
): Promise<{ readonly voucher: Voucher; readonly top_up: ToppedUp }> {
  const { vouchers, wallets } = desk.administration;
  const voucher = await vouchers.findByHash(hashVoucherCode(order.code));
  if (!voucher)
    throw new Failure('not_found', 'There is no voucher with this code. Check it for typing errors.', {
      param: 'code',
    });
  const wallet = present(await wallets.get(order.walletId), 'wallet');
  requireOpen(voucher);
  requireSameCurrency(voucher, wallet);

  const amount = parseAmount(voucher.amount, currencyOf(voucher.currency));
  // Of two who redeem at once one is credited here and the other repeats it, or is refused for another wallet; and of
  // the two only one marks the voucher. Whoever comes after a crash between the two steps finishes the second.
  const top_up = await creditWallet(desk, { actor, wallet, amount, source: 'voucher', reference: voucher.id });
  const redeemed = await vouchers.redeemed(actor, voucher.id, { walletId: wallet.id, topUpId: top_up.id });
  return { voucher: accomplished(redeemed, 'voucher'), top_up };
}

function requireOpen(voucher: Voucher): void {
  switch (voucher.status) {
    case 'open':
      return;
    case 'redeemed':
      throw new Failure('conflict', `This voucher was redeemed at ${voucher.redeemed_at ?? 'an earlier time'}.`, {
        param: 'code',
      });
    case 'expired':
      throw new Failure('conflict', `This voucher expired at ${voucher.expires_at ?? 'an earlier time'}.`, {
        param: 'code',
      });
  }
}

function requireSameCurrency(voucher: Voucher, wallet: Wallet): void {
  if (voucher.currency === wallet.currency) return;
  const message = `The voucher is worth ${voucher.currency}, and the wallet is kept in ${wallet.currency}. Redeem it into a wallet in ${voucher.currency}.`;
  throw new Failure('invalid_parameter', message, { param: 'wallet_id' });
}
