// What every keeper of the fast store must do. It uses nothing but the port and a clock that the test moves.
import { describe, expect, test } from 'vitest';
import type { MakeFastStore } from './fast-store-calls.contract.ts';
import { describeAdmission } from './fast-store-admission.contract.ts';
import { expectTheModelToBeFollowed } from './fast-store-deeds.contract.ts';
import { describeEnds } from './fast-store-ends.contract.ts';
import { describeLedgerSide } from './fast-store-ledger-side.contract.ts';
import { describeLimits } from './fast-store-limits.contract.ts';
import { describeUnits } from './fast-store-units.contract.ts';

const roundsMax = 20;

/** A check must prove that it saw something. */
const mustSee: ReadonlySet<string> = new Set([
  'hold: held',
  'hold: unknown-wallet',
  'hold: outbox-full',
  'hold: limited virtual_key.max_concurrent',
  'hold: short wallet',
  'hold: short virtual_key.budget.day',
  'hold: ended settled',
  'hold: ended voided',
  'extend: extended',
  'extend: refused wallet',
  'settle: settled',
  'settle: repeated',
  'reap: true',
  'void: true',
  'credit: applied',
  'credit: repeated',
  'credit: missing',
]);

export interface FastStoreContractOptions {
  /** Of the random deeds, in a round; fewer where each is a journey. */
  readonly modelRuns?: number;
}

export function fastStoreContract(
  name: string,
  make: MakeFastStore,
  { modelRuns = 200 }: FastStoreContractOptions = {},
): void {
  describe(name, () => {
    describeAdmission(make);
    describeLimits(make);
    describeEnds(make);
    describeLedgerSide(make);
    describeUnits(make);

    test('every deed, in any order and repetition, does what the simplest model says', async () => {
      const seen = new Set<string>();
      // Chance decides what a round comes upon: rounds go on until all that matters was seen, and not for ever.
      for (let round = 0; round < roundsMax && !seen.isSupersetOf(mustSee); round += 1) {
        for (const what of (await expectTheModelToBeFollowed(make, modelRuns)).keys()) seen.add(what);
      }
      expect([...seen]).toEqual(expect.arrayContaining([...mustSee]));
    });
  });
}
