// Films and songs as an operator sees them: under way or ended; only to be read.
import type { Pool } from 'pg';
import type { Administration, JobRow } from '#ports/administration.ts';
import { type ListQuery, listRows } from './page.ts';
import { instant, money } from './sql.ts';
import { asUuid } from './wallets.ts';

const currency = `(j.job -> 'call' ->> 'currency')`;

const columns = [
  'j.request_id, j.kind, j.state, j.name, j.provider, j.upstream_id, j.wallet_id, j.organization_id, j.virtual_key_id',
  `jsonb_build_object('amount', ${money('j.held', currency)}, 'currency', ${currency}) as held`,
  `j.job_end ->> 'message' as message, ${instant('j.started_at')} as started_at`,
  `${instant('j.deadline_at')} as deadline_at, ${instant('j.ended_at')} as ended_at`,
].join(', ');

const byTime: ListQuery['order'] = [
  { column: 'j.started_at', kind: 'time' },
  { column: 'j.request_id', kind: 'id' },
];

export function jobRows(pool: Pool): Administration['jobs'] {
  return {
    list: (page, filter = {}) =>
      listRows<JobRow>(pool, { select: columns, from: 'faregate.media_job j', order: byTime }, page, [
        ['j.state = $', filter.state],
        ['j.kind = $', filter.kind],
        ['j.wallet_id = $', asUuid(filter.wallet)],
        ['j.provider = $', filter.provider],
      ]),
  };
}
