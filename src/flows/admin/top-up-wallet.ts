// Money into a wallet: booked in the ledger once, then credited where calls are admitted.
import { Failure } from '#core/failure.ts';
import type { Amount } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import type { Wallet, Wallets } from '#ports/administration.ts';
import type { TopUp, TopUpOutcome } from '#ports/ledger.ts';
import type { AdminDesk } from './desk.ts';
import { present } from './outcome.ts';
import { readCurrency, readPositive } from './read-money.ts';
import { type CreditsDesk, showCredits } from './show-credits.ts';

export interface TopUpOrder {
  readonly actor: string;
  readonly walletId: string;
  readonly amount: string;
  /** Only to make sure: it has to be the wallet's. */
  readonly currency?: string;
  readonly reference?: string;
  readonly note?: string;
}

export interface ToppedUp {
  readonly id: string;
  readonly wallet_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly source: 'manual' | 'voucher';
  readonly reference: string;
  /** The wallet's balance as booked, this top-up included. */
  readonly balance: string;
  /** This reference had been booked before, and nothing moved now. */
  readonly repeated: boolean;
  /** `false`: calls see the money only after the next reconciliation. */
  readonly available: boolean;
}

const advice =
  'A top-up only adds money: write how much, such as "5.00". To spend less, set a budget or revoke the key.';

export async function topUpWallet(desk: AdminDesk, order: TopUpOrder): Promise<ToppedUp> {
  const wallet = present(await desk.administration.wallets.get(order.walletId), 'wallet');
  if (order.currency !== undefined) requireCurrency(wallet, order.currency);
  const amount = readPositive(order.amount, currencyOf(wallet.currency), 'amount', advice);
  return creditWallet(desk, { ...order, wallet, amount, source: 'manual' });
}

export interface Credit {
  readonly actor: string;
  readonly wallet: Pick<Wallet, 'id' | 'currency'>;
  readonly amount: Amount;
  readonly source: 'manual' | 'voucher';
  /** Missing: one that is never used again. */
  readonly reference?: string;
  readonly note?: string;
}

/** What a credit touches of the desk. */
export interface CreditDesk extends CreditsDesk, Pick<AdminDesk, 'identifiers'> {
  readonly ledger: CreditsDesk['ledger'] & Pick<AdminDesk['ledger'], 'topUp'>;
  readonly administration: { readonly wallets: Pick<Wallets, 'noteTopUp'> };
}

export async function creditWallet(desk: CreditDesk, credit: Credit): Promise<ToppedUp> {
  const { actor, wallet, amount, source, note } = credit;
  const reference = credit.reference ?? desk.identifiers.next();
  const outcome = await book(desk, {
    topUpId: desk.identifiers.next(),
    eventId: desk.identifiers.next(),
    walletId: wallet.id,
    amount,
    currency: wallet.currency,
    source,
    reference,
    ...(note === undefined ? {} : { note }),
    author: actor,
    occurredAt: desk.clock.now(),
  });
  const booked = requireBooked(outcome, reference);
  const available = await showCredits(desk, wallet.id, booked.creditSeq);
  const currency = currencyOf(wallet.currency);
  const toppedUp: ToppedUp = {
    id: booked.topUpId,
    wallet_id: wallet.id,
    amount: formatAmount(booked.amount, currency),
    currency: wallet.currency,
    source,
    reference,
    balance: formatAmount(booked.balance, currency),
    repeated: booked.kind === 'repeated',
    available,
  };
  await noteIt(desk, actor, toppedUp);
  return toppedUp;
}

// Once the money is booked nothing may look like a failure: it would invite the operator to book it again. The top-up's
// own row says who did it.
async function noteIt({ administration, log }: CreditDesk, actor: string, toppedUp: ToppedUp): Promise<void> {
  await administration.wallets.noteTopUp(actor, { id: toppedUp.id, after: toppedUp }).catch((error: unknown) => {
    log.warn({ topUpId: toppedUp.id, error }, 'A top-up is booked, but not in the audit log.');
  });
}

async function book({ ledger }: CreditDesk, topUp: TopUp): Promise<TopUpOutcome> {
  try {
    return await ledger.topUp(topUp);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = 'The wallet cannot hold that much. Put less into it, or open another one.';
    throw new Failure('invalid_parameter', message, { param: 'amount', cause: error });
  }
}

type Booked = Extract<TopUpOutcome, { kind: 'credited' | 'repeated' }>;

function requireBooked(outcome: TopUpOutcome, reference: string): Booked {
  switch (outcome.kind) {
    case 'credited':
    case 'repeated':
      return outcome;
    case 'unknown-wallet':
      throw new Failure('not_found', 'There is no such wallet.');
    case 'currency-mismatch':
      throw new Failure('invalid_parameter', `The wallet is kept in ${outcome.walletCurrency}.`, { param: 'currency' });
    case 'conflict':
      throw new Failure('conflict', `The reference "${reference}" was used for another top-up. Use one of its own.`, {
        param: 'reference',
      });
  }
}

function requireCurrency(wallet: Wallet, code: string): void {
  const said = readCurrency(code, 'currency').code;
  if (said === wallet.currency) return;
  const message = `The wallet is kept in ${wallet.currency}, not in ${said}. Top up in ${wallet.currency}, or open a wallet in ${said}.`;
  throw new Failure('invalid_parameter', message, { param: 'currency' });
}
