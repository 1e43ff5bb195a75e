// Calls as the ledger has them, streamed out of one snapshot, a few at a time; nothing is locked and nothing written.
import type { PoolClient } from 'pg';
import type { PastCall } from '#core/catalog/price-matrix/what-if.ts';
import type { CallOutcome, PinnedPrice } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import type { PriceBook } from '#core/pricing/component.ts';
import type { CallFacts, Usage } from '#core/usage/usage.ts';
import type { Replayed, ReplayOrder } from '#ports/price-matrix.ts';

const rowsPerFetch = 500;

interface CallColumns {
  readonly customer_type_id: string;
  readonly name: string;
  readonly usage: Usage;
  readonly facts: CallFacts;
  readonly outcome: CallOutcome;
  readonly held: bigint;
  readonly charge_total: bigint;
  readonly charge_currency: string;
  readonly complete: boolean;
  readonly pin: PinnedPrice;
  readonly book: PriceBook | null;
  readonly pinned_currency: string | null;
  readonly started_at: Date;
}

// As callers are told apart: the organization's customer type, else the user's.
const callsOf = `declare replayed no scroll cursor for
  select coalesce(o.customer_type_id, u.customer_type_id) as customer_type_id, r.name, r.usage, r.facts, r.outcome,
    r.held, r.charge_total, r.charge_currency, coalesce((r.charge_receipt ->> 'complete')::boolean, false) as complete,
    r.pins -> 'charge' as pin, v.book, v.currency as pinned_currency, r.started_at
  from faregate.usage_record r
  left join faregate.organization o on o.id = r.organization_id
  left join faregate.user_profile u on u.id = r.user_id
  left join faregate.price_version v on v.id = (r.pins -> 'charge' ->> 'versionId')::uuid
  where r.applied and r.started_at >= $1 and r.name = any($2::text[])
    and coalesce(o.customer_type_id, u.customer_type_id) = any($3::uuid[])
    and not exists (
      select from faregate.usage_record later
      where later.request_id = r.request_id and later.applied
        and (later.final, later.revision, later.event_id) > (r.final, r.revision, r.event_id))
  order by r.started_at desc
  limit $4`;

export async function replayCalls(
  client: PoolClient,
  { since, names, customerTypeIds, callsMax }: ReplayOrder,
  take: (calls: readonly PastCall[]) => void,
): Promise<Replayed> {
  await client.query('set transaction isolation level repeatable read, read only');
  await client.query(callsOf, [since, names, customerTypeIds, callsMax + 1]);
  let [calls, oldest]: [number, Date | undefined] = [0, undefined];
  for (;;) {
    const { rows } = await client.query<CallColumns>(`fetch ${rowsPerFetch} from replayed`);
    const replayed = rows.slice(0, callsMax - calls);
    take(replayed.map(callOf));
    calls += replayed.length;
    oldest = replayed.at(-1)?.started_at ?? oldest;
    const cut = replayed.length < rows.length;
    if (cut || rows.length < rowsPerFetch) return { calls, cut, oldest: oldest?.toISOString() ?? null };
  }
}

function callOf(row: CallColumns): PastCall {
  return {
    customerTypeId: row.customer_type_id,
    name: row.name,
    usage: row.usage,
    facts: row.facts,
    outcome: row.outcome,
    held: amount(row.held),
    charged: amount(row.charge_total),
    currency: row.charge_currency,
    complete: row.complete,
    pin: row.pin,
    book: row.book,
    pinnedCurrency: row.pinned_currency,
  };
}
