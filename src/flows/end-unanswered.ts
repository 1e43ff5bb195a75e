// Ends a call that nobody has answered: what was set aside comes back, and what was sent has its record.
import type { Attempt } from '#core/ledger/entry.ts';
import { completeUsage } from '#core/usage/complete.ts';
import type { OpenCall } from './dispatch.ts';
import type { PricedTarget } from './fare.ts';
import type { House } from './house.ts';
import { settleCall, unbilled } from './settle.ts';

/** Nothing was sent: give everything back. Something was: no provider bills for a call it did not answer. */
export async function endUnanswered(house: House, open: OpenCall, attempts: readonly Attempt[]): Promise<void> {
  const { dispatched, sentTo, requestId } = open;
  if (!dispatched || !sentTo) {
    await house.store.void(requestId);
    return;
  }
  const last = attempts.at(-1);
  const givenUp = last?.outcome === 'aborted';
  // A request that was given up under way may have been read: its prompt is then what it consumed, as far as anyone knows.
  const usage = givenUp
    ? completeUsage(undefined, {
        prompt_tokens: dispatched.promptTokensEstimate,
        completion_tokens: 0,
        expected: dispatched.expected,
        method: 'given_up',
      })
    : unbilled('no_answer');
  await settleCall(house, open, dispatched, {
    usage,
    outcome: givenUp ? 'abandoned' : 'failed',
    attempts,
    ...ratedBy(sentTo),
  });
}

export function ratedBy({ charge, subCharge, cost, subCost }: PricedTarget) {
  return { charge, subCharge, cost, subCost };
}
