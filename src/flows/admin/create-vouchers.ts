// A batch of vouchers: the codes are shown once, here; what is kept is their hashes.
import { createHash } from 'node:crypto';
import type { Voucher } from '#ports/administration.ts';
import { refusePast } from './create-virtual-key.ts';
import type { AdminDesk } from './desk.ts';
import { readCurrency, readPositive } from './read-money.ts';

export interface VoucherOrder {
  readonly count: number;
  readonly amount: string;
  readonly currency: string;
  readonly expires_at?: string;
}

export async function createVouchers(
  desk: AdminDesk,
  actor: string,
  order: VoucherOrder,
): Promise<readonly (Voucher & { readonly code: string })[]> {
  const currency = readCurrency(order.currency, 'currency');
  const amount = readPositive(order.amount, currency, 'amount', 'Write what each voucher is worth, such as "10".');
  refusePast(order.expires_at, desk.clock.now());
  const codes = Array.from({ length: order.count }, () => {
    const code = newCode(desk);
    return { id: desk.identifiers.next(), code, codeHash: hashVoucherCode(code), codePrefix: `${code.slice(0, 4)}…` };
  });
  const { expires_at } = order;
  const made = await desk.administration.vouchers.create(actor, {
    codes: codes.map(({ id, codeHash, codePrefix }) => ({ id, codeHash, codePrefix })),
    amount,
    currency: currency.code,
    ...(expires_at === undefined ? {} : { expires_at }),
  });
  const byId = new Map(codes.map(({ id, code }) => [id, code]));
  return made.map((voucher) => ({ ...voucher, code: byId.get(voucher.id) ?? '' }));
}

// Without letters and digits that are mistaken for one another; 32 of them, so a byte's low five bits choose evenly.
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const codeLength = 20;

function newCode(desk: Pick<AdminDesk, 'randomBytes'>): string {
  const signs = [...desk.randomBytes(codeLength)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return signs.replaceAll(/(.{5})(?=.)/g, '$1-');
}

/** People type codes in small letters and without dashes. */
export function hashVoucherCode(code: string): string {
  const plain = code.toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
  return createHash('sha256').update(`voucher ${plain}`).digest('hex');
}
