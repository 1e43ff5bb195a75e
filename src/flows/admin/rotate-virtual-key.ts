// A new secret for a key that stays the same: limits, budgets and records go on. The old one works a little longer.
import type { AdminDesk } from './desk.ts';
import { type CreatedKey, newSecret } from './create-virtual-key.ts';
import { change } from './outcome.ts';

export async function rotateVirtualKey(
  desk: AdminDesk,
  actor: string,
  order: { readonly id: string; readonly graceSeconds: number },
): Promise<CreatedKey> {
  const { secret, virtual_key } = newSecret(desk);
  const oldUntil = desk.clock.now() + order.graceSeconds * 1000;
  const rotated = desk.administration.virtualKeys.rotate(actor, order.id, secret, oldUntil);
  return { ...(await change(desk, 'callers', 'virtual key', rotated)), virtual_key };
}
