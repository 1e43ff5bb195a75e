import { fastStoreContract } from '#ports/fast-store.contract.ts';
import { memoryFastStore } from './fast-store.ts';

fastStoreContract('the fast store in memory', async ({ outboxMax }) => {
  let nowMs = Date.UTC(2026, 10, 22);
  const clock = { now: () => nowMs };
  const advance = (ms: number): void => {
    nowMs += ms;
  };
  return { store: memoryFastStore({ clock, outboxMax }), advance };
});
