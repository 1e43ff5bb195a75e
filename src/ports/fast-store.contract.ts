import { describe, test } from 'vitest';
import type { MakeFastStore } from './fast-store-calls.contract.ts';
import { expectTheModelToBeFollowed } from './fast-store-deeds.contract.ts';
export function fastStoreContract(name: string, make: MakeFastStore): void {
  describe(name, () => {
    test('every deed, in any order and repetition, does what the model says', async () => {
      const seen = await expectTheModelToBeFollowed(make, 300);
      console.log(seen);
    });
  });
}
