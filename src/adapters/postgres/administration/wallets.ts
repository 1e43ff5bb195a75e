// Wallets as operators see them; only the ledger moves what is in them.
import type { Pool } from 'pg';
import type { TopUpRow, Wallet, WalletEvent, WalletOwner, Wallets } from '#ports/administration.ts';
import { deed, note, reading, Refused, tell } from './deed.ts';
import { filterId, findRow, idOf, insertRow, listNoun } from './noun.ts';
import { organizations, users, wallets } from './nouns.ts';
import { byId, listRows } from './page.ts';
import { instant, isUuid, money } from './sql.ts';

const eventColumns = [
  'e.seq::text as seq, e.event_id, e.kind, e.currency, e.request_id, e.reference, e.description',
  `${money('e.amount', 'e.currency')} as amount, ${money('e.balance_after', 'e.currency')} as balance_after`,
  `${instant('e.occurred_at')} as occurred_at, ${instant('e.recorded_at')} as recorded_at`,
].join(', ');

const topUpColumns = [
  `t.id, t.wallet_id, ${money('t.amount', 't.currency')} as amount, t.currency, t.source, t.reference, t.status, t.note`,
  `t.author, ${instant('t.created_at')} as created_at`,
].join(', ');

export function walletKeeper(pool: Pool, nextId: () => string): Wallets {
  return {
    list: async (page, { organization, user, currency } = {}) =>
      listNoun<Wallet>(pool, wallets, page, [
        ['w.organization_id = $', await filterId(pool, organizations, organization)],
        ['w.user_id = $', await filterId(pool, users, user)],
        ['w.currency = $', currency],
      ]),
    get: (ref) => reading(() => findRow<Wallet>(pool, wallets, ref)),
    open: (actor, { currency, ...owner }) =>
      deed(pool, async (client) => {
        const id = nextId();
        await insertRow(client, wallets.table, { id, currency, ...(await ownerColumns(pool, owner)) });
        const opened = await findRow<Wallet>(client, wallets, id);
        if (!opened) throw new Error(`The wallet ${id} is gone after it was opened.`);
        await note(client, { actor, action: 'wallet.open', subject: `wallet:${id}`, after: opened });
        await tell(client, wallets.topic);
        return opened;
      }),
    events: (walletId, page) =>
      listRows<WalletEvent>(
        pool,
        { select: eventColumns, from: 'faregate.billing_event e', order: [{ column: 'e.seq', kind: 'number' }] },
        page,
        [['e.wallet_id = $', walletId]],
      ),
    topUps: (walletId, page) =>
      listRows<TopUpRow>(pool, { select: topUpColumns, from: 'faregate.top_up t', order: byId('t') }, page, [
        ['t.wallet_id = $', walletId],
      ]),
    noteTopUp: (actor, { id, after }) =>
      reading(async () => {
        await pool.query(
          `insert into faregate.audit_log (actor, action, subject, after) select $1, 'wallet.top_up', $2, $3
           where not exists (select from faregate.audit_log where subject = $2)`,
          [actor, `top_up:${id}`, JSON.stringify(after)],
        );
      }),
  };
}

async function ownerColumns(pool: Pool, { organization, user }: WalletOwner) {
  if ((organization === undefined) === (user === undefined)) {
    throw new Refused({
      kind: 'unfit',
      field: 'user',
      reason: 'A wallet has one owner: name the organization or the user.',
    });
  }
  if (organization !== undefined) {
    return { organization_id: await idOf(pool, organizations, organization, 'organization') };
  }
  return { user_id: await idOf(pool, users, user ?? '', 'user') };
}

export function asUuid(text: string | undefined): string | undefined {
  return text === undefined || isUuid(text) ? text : '00000000-0000-0000-0000-000000000000';
}
