// Vouchers: codes are kept as hashes; what they are worth moves through the ledger only.
import type { Pool } from 'pg';
import type { Voucher, Vouchers } from '#ports/administration.ts';
import { deed, note, reading, Refused } from './deed.ts';
import { findRow, listNoun, noted } from './noun.ts';
import { vouchers } from './nouns.ts';
import { byId, listRows } from './page.ts';
import { transaction } from '../pool.ts';

export function voucherKeeper(pool: Pool): Vouchers {
  return {
    list: (page, { status } = {}) => listNoun<Voucher>(pool, vouchers, page, [[`${vouchers.status} = $`, status]]),
    get: (ref) => reading(() => findRow<Voucher>(pool, vouchers, ref)),
    create: (actor, { codes, amount, currency, expires_at }) =>
      reading(() =>
        transaction(pool, async (client) => {
          await client.query(
            `insert into faregate.voucher (id, code_hash, code_prefix, amount, currency, expires_at, author)
             select r.id, r."codeHash", r."codePrefix", $2, $3, $4, $5
             from json_to_recordset($1) as r(id uuid, "codeHash" text, "codePrefix" text)`,
            [JSON.stringify(codes), amount, currency, expires_at, actor],
          );
          const { rows } = await client.query<Voucher>(
            `select ${vouchers.select} from ${vouchers.from} where v.id = any($1) order by v.id`,
            [codes.map((code) => code.id)],
          );
          const after = { amount: rows[0]?.amount, currency, expires_at, ids: rows.map((row) => row.id) };
          await note(client, { actor, action: 'voucher.create', subject: `vouchers:${rows.length}`, after });
          return rows;
        }),
      ),
    findByHash: async (codeHash) => {
      const query = { select: vouchers.select, from: vouchers.from, order: byId('v') };
      const found = await listRows<Voucher>(pool, query, { limit: 1 }, [['v.code_hash = $', codeHash]]);
      return found.items[0];
    },
    redeemed: (actor, voucherId, { walletId, topUpId }) =>
      deed(pool, async (client) => {
        const marked = await client.query(
          `update faregate.voucher set redeemed_at = clock_timestamp(), redeemed_wallet_id = $2, top_up_id = $3
           where id = $1 and redeemed_at is null`,
          [voucherId, walletId, topUpId],
        );
        if (marked.rowCount !== 1) throw new Refused({ kind: 'conflict', reason: 'This voucher has been redeemed.' });
        return noted<Voucher>(client, vouchers, { actor, action: 'redeem', id: voucherId });
      }),
  };
}
