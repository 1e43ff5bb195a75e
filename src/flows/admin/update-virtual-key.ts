// Changes what a key may do; its secret, its payer and its wallet stay.
import { currencyOf } from '#core/money/currency.ts';
import type { Changes, VirtualKey, VirtualKeySettings } from '#ports/administration.ts';
import { refusePast } from './create-virtual-key.ts';
import type { AdminDesk } from './desk.ts';
import { withConfig } from './keep-config.ts';
import { change, present } from './outcome.ts';
import { readLimits } from './read-money.ts';

export interface KeyChange {
  readonly id: string;
  readonly version: string | undefined;
  readonly fields: Changes<VirtualKeySettings> & { readonly is_active?: boolean };
}

export async function updateVirtualKey(desk: AdminDesk, actor: string, order: KeyChange): Promise<VirtualKey> {
  const { virtualKeys } = desk.administration;
  const key = present(await virtualKeys.get(order.id), 'virtual key');
  refusePast(order.fields.expires_at, desk.clock.now());
  const read = withConfig(order.fields);
  const { limits, ...rest } = read;
  const fields = limits ? { ...rest, limits: readLimits(limits, currencyOf(key.wallet.currency)) } : read;
  return change(desk, 'callers', 'virtual key', virtualKeys.update(actor, key.id, fields, order.version));
}
