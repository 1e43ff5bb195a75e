// A small ledger in which everything happens that may happen, and nothing is wrong.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import type { LedgerKeeper } from '#ports/ledger.contract.ts';
import { callOf, cheaper, dearerToUs, entryOf, type Payer, type Word } from '#ports/ledger-entries.contract.ts';

export interface GoodLedger {
  readonly payers: readonly [Payer, Payer];
  /** In the order of their dispatch. */
  readonly entries: readonly ChargeEntry[];
  readonly openLife: string;
  readonly closedLife: string;
}

export async function fillWithGood(keeper: LedgerKeeper): Promise<GoodLedger> {
  const payers = [await keeper.createPayer('usd'), await keeper.createPayer('usd')] as const;
  const [openLife, closedLife] = [crypto.randomUUID(), crypto.randomUUID()];
  const entries: ChargeEntry[] = [];
  for (const payer of payers) await topUp(keeper, payer);
  for (const gatewayId of [openLife, closedLife]) {
    await keeper.ledger.openGateway(gatewayId, keeper.now());
    const stories: readonly (readonly Word[])[] = [
      [{ completionTokens: 10 }],
      [{ completionTokens: 500, estimateNo: 1 }, { completionTokens: 20 }],
      [{ completionTokens: 30 }, { completionTokens: 900, estimateNo: 2 }],
      [{ completionTokens: 40, heldWhenCutOff: amount(1_000_000n) }],
      [{ completionTokens: 50, estimateNo: 1 }],
      [{ completionTokens: 60 }],
    ];
    for (const [index, words] of stories.entries()) {
      const payer = payers[index % 2] ?? payers[0];
      const call = callOf(payer, { gatewayId, dispatchNo: index + 1, atMs: keeper.now() });
      const said = words.map((word) => entryOf(word.estimateNo === 1 ? { ...call, provider: 'south' } : call, word));
      for (const entry of said) await keeper.ledger.write([entry]);
      entries.push(...said);
    }
  }
  await keeper.ledger.closeGateway(closedLife, 6);
  for (const payer of payers) await topUp(keeper, payer);
  await keeper.ledger.write(entries);
  await rateAgain(keeper, payers[1], entries);
  return { payers, entries, openLife, closedLife };
}

// Calls of the second wallet's last life, by another price and another cost.
async function rateAgain(keeper: LedgerKeeper, { walletId }: Payer, entries: readonly ChargeEntry[]): Promise<void> {
  const [first, second] = entries.filter(({ call, final }) => call.walletId === walletId && final).slice(-2);
  if (!first || !second) throw new Error('There are no calls to rate again.');
  await keeper.ledger.adjust({
    eventId: crypto.randomUUID(),
    rerateId: await keeper.beginRerate(),
    walletId,
    reason: 'a wrong price',
    author: 'tester',
    occurredAt: keeper.now(),
    lines: [cheaper(first), dearerToUs(second)],
  });
}

async function topUp(keeper: LedgerKeeper, payer: Payer): Promise<void> {
  await keeper.ledger.topUp({
    topUpId: crypto.randomUUID(),
    eventId: crypto.randomUUID(),
    walletId: payer.walletId,
    amount: amount(7_000_000_000n),
    currency: payer.currency,
    source: 'manual',
    reference: crypto.randomUUID(),
    author: 'tester',
    occurredAt: keeper.now(),
  });
}
