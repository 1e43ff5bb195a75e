// Calls of a period as they were charged, and the periods that were rated again.
import type { Pool } from 'pg';
import { amount } from '#core/money/amount.ts';
import { rational } from '#core/money/rational.ts';
import type { DatedRate } from '#core/rerating/rate-anew.ts';
import { type ReceiptJson, receiptFromJson } from '#core/pricing/receipt.ts';
import type { ChargedCall, NewRerate, Rerate, RerateScope, Rerating, ReratingView } from '#ports/rerating.ts';
import { note, reading } from './administration/deed.ts';
import { Snapshot } from './books/cursors.ts';
import { type UsageColumns, usageColumns, usageRowOf } from './books/usage-records.ts';
import { type PriceColumns, priceColumns, priceVersionOf } from './directory/price-versions.ts';
import { transaction } from './pool.ts';
import { bookedLines } from './rerating-booked.ts';

export function postgresRerating(pool: Pool): Rerating {
  return {
    view: (read) => reading(() => transaction(pool, async (client) => read(viewOf(await Snapshot.begin(client))))),
    find: (token) => reading(() => findRerate(pool, token)),
    begin: (rerate) => reading(() => beginRerate(pool, rerate)),
    finish: (actor, id, ended) => reading(() => finishRerate(pool, actor, { id, ...ended })),
  };
}

function viewOf(snapshot: Snapshot): ReratingView {
  return {
    calls: (scope) => snapshot.list({ text: callsText, rowOf: callOf }, scopeValues(scope)),
    versions: async ({ fromMs, toMs }) => {
      const rows = await snapshot.all<PriceColumns>(
        `select ${priceColumns} from faregate.price_version
          where state = 'approved' and is_enabled and valid_from < $2 and (valid_to is null or valid_to > $1)`,
        [new Date(fromMs), new Date(toMs)],
      );
      return rows.map(priceVersionOf);
    },
    exchange: async () => (await snapshot.all<RateColumns>(exchangeText)).map(rateOf),
    booked: (rerateId) => snapshot.list(bookedLines, [rerateId]),
  };
}

function scopeValues({ fromMs, toMs, model, organizationId }: RerateScope): readonly unknown[] {
  return [new Date(fromMs), new Date(toMs), model ?? null, organizationId ?? null];
}

interface CallColumns extends UsageColumns {
  readonly organization_id: string | null;
  readonly started_at: Date;
  readonly owner: string | null;
  readonly wallet_currency: string;
  readonly register_total: bigint;
  readonly register_cost: bigint;
  readonly register_cost_currency: string;
  readonly register_provider: string;
  readonly adjusted_charge: ReceiptJson | null;
  readonly adjusted_cost: ReceiptJson | null;
  readonly pinned_currency: string;
  readonly pinned_customer_type: string | null;
  readonly own_cost: boolean;
}

// The word that the register stands on; an adjustment of that word, where there is one, says how it was rated last.
const callsText = `
  select ${usageColumns('u')}, u.organization_id, u.started_at, coalesce(o.slug, p.email) as owner,
    w.currency as wallet_currency, r.total as register_total, r.cost as register_cost,
    r.cost_currency as register_cost_currency, r.provider as register_provider,
    last.charge_receipt_after as adjusted_charge, last.cost_receipt_after as adjusted_cost,
    coalesce(charge.currency, u.charge_currency) as pinned_currency,
    case when charge.book = 'customer_type' then charge.owner_id end as pinned_customer_type,
    coalesce(cost.book = 'organization', false) as own_cost
  from faregate.usage_record u
    join faregate.request_charge r
      on r.request_id = u.request_id and r.final = u.final and r.revision = u.revision and r.wallet_id = u.wallet_id
    join faregate.wallet w on w.id = u.wallet_id
    left join faregate.organization o on o.id = w.organization_id
    left join faregate.user_profile p on p.id = w.user_id
    left join faregate.price_version charge on charge.id = (u.pins -> 'charge' ->> 'versionId')::uuid
    left join faregate.price_version cost on cost.id = (u.pins -> 'cost' ->> 'versionId')::uuid
    left join lateral (
      select charge_receipt_after, cost_receipt_after from faregate.adjustment
      where request_id = u.request_id and record_id = u.event_id order by seq desc limit 1
    ) last on true
  where u.applied and u.started_at >= $1 and u.started_at < $2
    and ($3::text is null or u.name = $3 or u.model = $3)
    and ($4::uuid is null or u.organization_id = $4)
  order by u.wallet_id, u.request_id`;

function callOf(row: CallColumns): ChargedCall {
  const record = usageRowOf(row);
  const { organization_id: organizationId, pinned_customer_type: customerTypeId } = row;
  return {
    record,
    startedAt: row.started_at.getTime(),
    owner: row.owner,
    currency: row.wallet_currency,
    ...(organizationId === null ? {} : { organizationId }),
    register: {
      total: amount(row.register_total),
      cost: amount(row.register_cost),
      costCurrency: row.register_cost_currency,
      provider: row.register_provider,
      final: record.final,
    },
    chargeReceipt: row.adjusted_charge === null ? record.charge.receipt : receiptFromJson(row.adjusted_charge),
    costReceipt: row.adjusted_cost === null ? record.cost.receipt : receiptFromJson(row.adjusted_cost),
    pinned: {
      currency: row.pinned_currency,
      ...(customerTypeId === null ? {} : { customerTypeId }),
      ownCost: row.own_cost,
    },
  };
}

interface RateColumns {
  readonly id: string;
  readonly base: string;
  readonly quote: string;
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly observed_at: Date;
}

const exchangeText = `select id, base, quote, numerator, denominator, observed_at from faregate.fx_rate
  order by observed_at, recorded_at, id`;

function rateOf({ id, base, quote, numerator, denominator, observed_at }: RateColumns): DatedRate {
  return { fxRateId: id, base, quote, rate: rational(numerator, denominator), observedAt: observed_at.getTime() };
}

async function findRerate(pool: Pool, token: string): Promise<Rerate | undefined> {
  const { rows } = await pool.query<Rerate>(
    'select id, finished_at is not null as finished, left_out as "leftOut" from faregate.rerate where token = $1',
    [token],
  );
  return rows[0];
}

async function beginRerate(pool: Pool, rerate: NewRerate): Promise<Rerate> {
  const { id, token, fromMs, toMs, model, organizationId, reason, author } = rerate;
  await pool.query(
    `insert into faregate.rerate (id, token, valid_from, valid_to, model, organization_id, reason, author)
      values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (token) do nothing`,
    [id, token, new Date(fromMs), new Date(toMs), model ?? null, organizationId ?? null, reason, author],
  );
  const begun = await findRerate(pool, token);
  if (!begun) throw new Error(`The re-rating ${id} is gone after it was written.`);
  return begun;
}

async function finishRerate(
  pool: Pool,
  actor: string,
  { id, leftOut, result }: { readonly id: string; readonly leftOut: number; readonly result: object },
): Promise<void> {
  await transaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update faregate.rerate set finished_at = clock_timestamp(), left_out = $2 where id = $1 and finished_at is null',
      [id, leftOut],
    );
    if (rowCount === 1) await note(client, { actor, action: 'price.rerate', subject: `rerate:${id}`, after: result });
  });
}
