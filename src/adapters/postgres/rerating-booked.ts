import type { PricePins } from '#core/ledger/entry.ts';
import type { BookedLine } from '#ports/rerating.ts';
import type { ListQuery } from './books/cursors.ts';

interface BookedColumns {
  readonly request_id: string;
  readonly record_id: string;
  readonly wallet_id: string;
  readonly name: string;
  readonly provider: string;
  readonly owner: string | null;
  readonly currency: string;
  readonly charge_before: bigint;
  readonly charge_after: bigint;
  readonly cost_before: bigint;
  readonly cost_before_currency: string;
  readonly cost_after: bigint;
  readonly cost_after_currency: string;
  readonly pins: PricePins;
}

export const bookedLines: ListQuery<BookedColumns, BookedLine> = {
  text: `select a.request_id, a.record_id, a.wallet_id, u.name, a.provider, coalesce(o.slug, p.email) as owner, w.currency,
      a.charge_before, a.charge_after, a.cost_before, a.cost_before_currency, a.cost_after, a.cost_after_currency, a.pins
    from faregate.adjustment a
      join faregate.usage_record u on u.event_id = a.record_id
      join faregate.wallet w on w.id = a.wallet_id
      left join faregate.organization o on o.id = w.organization_id
      left join faregate.user_profile p on p.id = w.user_id
    where a.rerate_id = $1 order by a.wallet_id, a.request_id`,
  rowOf: (row) => ({
    requestId: row.request_id,
    recordId: row.record_id,
    walletId: row.wallet_id,
    name: row.name,
    provider: row.provider,
    owner: row.owner,
    currency: row.currency,
    before: { total: row.charge_before, cost: row.cost_before, costCurrency: row.cost_before_currency },
    after: { total: row.charge_after, cost: row.cost_after, costCurrency: row.cost_after_currency },
    pins: row.pins,
  }),
};
