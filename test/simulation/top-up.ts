// Payments: each with a reference of its own, sent again until somebody says that it is booked.
import { creditWallet } from '#flows/admin/top-up-wallet.ts';
import { amount } from '#core/money/amount.ts';
import type { Chance } from './chance.ts';
import { orOutage } from './outage.ts';
import type { Gateway, Stage } from './stage.ts';

export interface Payment {
  readonly walletId: string;
  readonly amount: bigint;
  readonly reference: string;
}

export function topUp(stage: Stage, gateway: Gateway, payment: Payment): void {
  if (!stage.topUps.has(payment.reference)) stage.topUps.set(payment.reference, { ...payment, answered: false });
  stage.watch(gateway.life, post(stage, gateway, payment));
}

/** An earlier one is sent again, whether it was answered or not. */
export function topUpAgain(stage: Stage, gateway: Gateway, chance: Chance): void {
  const posted = [...stage.topUps];
  if (posted.length === 0) return;
  const [reference, earlier] = chance.pick(posted);
  stage.watch(gateway.life, post(stage, gateway, { ...earlier, reference }));
}

export async function post(stage: Stage, { house }: Gateway, payment: Payment): Promise<void> {
  const { ledger, store, clock, identifiers, log } = house;
  const desk = {
    ledger,
    store,
    clock,
    identifiers,
    log,
    administration: { wallets: { noteTopUp: async () => undefined } },
  };
  const credited = creditWallet(desk, {
    actor: 'operator',
    wallet: { id: payment.walletId, currency: 'usd' },
    amount: amount(payment.amount),
    source: 'manual',
    reference: payment.reference,
  }).then(({ available, repeated }) => {
    stage.probes.saw(available ? 'top-up shown' : 'top-up not shown yet');
    if (repeated) stage.probes.saw('top-up known already');
    const posted = stage.topUps.get(payment.reference);
    if (posted) stage.topUps.set(payment.reference, { ...posted, answered: true });
  });
  await orOutage(stage, credited);
}
