// What was called with each provider key, as the ledger has it.
import type { Pool } from 'pg';
import type { CountedProviderKey, ProviderKey, ProviderKeyTotals } from '#ports/administration.ts';
import { instant, money } from './sql.ts';

const none: ProviderKeyTotals = { calls: 0, tokens: 0, cost: [], last_used_at: null };

interface TotalColumns extends ProviderKeyTotals {
  readonly id: string;
}

export async function withTotals(pool: Pool, keys: readonly ProviderKey[]): Promise<readonly CountedProviderKey[]> {
  if (keys.length === 0) return [];
  const { rows } = await pool.query<TotalColumns>(
    `select s.provider_key_id as id, sum(s.calls)::float8 as calls, sum(s.tokens)::float8 as tokens,
        ${instant('max(s.last_used_at)')} as last_used_at,
        coalesce(jsonb_agg(jsonb_build_object('amount', ${money('s.cost', 's.currency')}, 'currency', s.currency)
          order by s.currency) filter (where s.cost <> 0), '[]') as cost
      from (
        select provider_key_id, cost_currency as currency, count(*) as calls, sum(cost_total) as cost,
          sum((usage ->> 'total_tokens')::numeric) as tokens, max(started_at) as last_used_at
        from faregate.counted_usage where provider_key_id = any($1::uuid[])
        group by provider_key_id, cost_currency
      ) s group by s.provider_key_id`,
    [keys.map(({ id }) => id)],
  );
  const totals = new Map(rows.map(({ id, ...rest }) => [id, rest]));
  return keys.map((key) => ({ ...key, totals: totals.get(key.id) ?? none }));
}
