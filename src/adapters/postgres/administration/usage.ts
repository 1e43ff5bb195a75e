// What calls consumed and cost, and who administered what: both only to be read.
import type { Pool } from 'pg';
import type { Administration, AuditEntry, UsageDetail, UsageRecords, UsageRow } from '#ports/administration.ts';
import { reading } from './deed.ts';
import { filterId } from './noun.ts';
import { organizations, users } from './nouns.ts';
import { type ListQuery, listRows } from './page.ts';
import { instant, money } from './sql.ts';
import { asUuid } from './wallets.ts';

const moneyObject = (units: string, currency: string): string =>
  `jsonb_build_object('amount', ${money(units, currency)}, 'currency', ${currency})`;

const columns = [
  'r.event_id, r.request_id, r.revision, r.final, r.applied, r.wallet_id, r.organization_id, r.user_id',
  'r.virtual_key_id, r.name, r.provider, r.model, r.outcome, r.usage, r.streamed, r.latency_ms::float8 as latency_ms, r.first_byte_ms::float8 as first_byte_ms',
  `${moneyObject('r.charge_total', 'r.charge_currency')} as charge`,
  `${moneyObject('r.cost_total', 'r.cost_currency')} as cost, ${moneyObject('r.held', 'r.charge_currency')} as held`,
  `${instant('r.started_at')} as started_at, ${instant('r.ended_at')} as ended_at`,
  `${instant('r.recorded_at')} as recorded_at`,
].join(', ');

const adjusted = `select coalesce(jsonb_agg(jsonb_build_object(
    'rerate_id', a.rerate_id, 'reason', a.reason, 'author', a.author, 'recorded_at', ${instant('a.recorded_at')},
    'charge_before', ${moneyObject('a.charge_before', 'r.charge_currency')},
    'charge', ${moneyObject('a.charge_after', 'r.charge_currency')},
    'cost_before', ${moneyObject('a.cost_before', 'a.cost_before_currency')},
    'cost', ${moneyObject('a.cost_after', 'a.cost_after_currency')},
    'charge_receipt', a.charge_receipt_after, 'cost_receipt', a.cost_receipt_after
  ) order by a.seq), '[]')
  from faregate.adjustment a where a.request_id = r.request_id and a.record_id = r.event_id`;

const detailColumns = `${columns}, r.facts, r.charge_receipt, r.cost_receipt, r.attempts, (${adjusted}) as adjustments`;

const byTime: ListQuery['order'] = [
  { column: 'r.started_at', kind: 'time' },
  { column: 'r.event_id', kind: 'id' },
];

export function usageRecords(pool: Pool): UsageRecords {
  const from = 'faregate.usage_record r';
  return {
    list: async (page, filter = {}) =>
      listRows<UsageRow>(pool, { select: columns, from, order: byTime }, page, [
        ['r.wallet_id = $', asUuid(filter.wallet)],
        ['r.virtual_key_id = $', asUuid(filter.virtual_key)],
        ['r.organization_id = $', await filterId(pool, organizations, filter.organization)],
        ['r.user_id = $', await filterId(pool, users, filter.user)],
        ['r.name = $', filter.name],
        ['r.provider = $', filter.provider],
        ['r.outcome = $', filter.outcome],
        ['r.final = $', filter.final],
        ['r.started_at >= $', filter.from],
        ['r.started_at < $', filter.to],
      ]),
    ofRequest: (requestId) =>
      reading(async () => {
        const { rows } = await pool.query<UsageDetail>(
          `select ${detailColumns} from ${from} where r.request_id = $1
           order by r.final desc, r.revision desc limit 100`,
          [asUuid(requestId)],
        );
        return rows;
      }),
  };
}

export function auditLog(pool: Pool): Administration['auditLog'] {
  const select = `a.id::text as id, a.actor, a.action, a.subject, a.before, a.after, ${instant('a.at')} as at`;
  return {
    list: (page, { actor, action, subject } = {}) =>
      listRows<AuditEntry>(
        pool,
        { select, from: 'faregate.audit_log a', order: [{ column: 'a.id', kind: 'number' }] },
        page,
        [
          ['a.actor = $', actor],
          ['a.action = $', action],
          ['a.subject = $', subject],
        ],
      ),
  };
}
