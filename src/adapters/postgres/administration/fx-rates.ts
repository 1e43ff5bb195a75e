// Exchange rates: every rate is a new row, and the newest of a pair counts.
import type { Pool } from 'pg';
import type { FxRate, FxRates } from '#ports/administration.ts';
import { deed, note, tell } from './deed.ts';
import { insertRow } from './noun.ts';
import { byId, listRows } from './page.ts';
import { instant } from './sql.ts';

// A decimal where the division ends within twelve places, else the fraction itself.
const rateText = [
  'case when trunc(numerator / denominator, 12) * denominator = numerator',
  'then trim_scale(trunc(numerator / denominator, 12))::text',
  `else numerator::text || '/' || denominator::text end`,
].join(' ');

const columns = [
  `f.id, f.base, f.quote, ${rateText} as rate, ${instant('f.observed_at')} as observed_at, f.source`,
  `${instant('f.recorded_at')} as recorded_at`,
].join(', ');

export function fxRateKeeper(pool: Pool, nextId: () => string): FxRates {
  const from = 'faregate.fx_rate f';
  return {
    list: (page, { base, quote } = {}) =>
      listRows<FxRate>(pool, { select: columns, from, order: byId('f') }, page, [
        ['f.base = $', base],
        ['f.quote = $', quote],
      ]),
    set: (actor, { rate, ...plain }) =>
      deed(pool, async (client) => {
        const id = nextId();
        const { numerator, denominator } = rate;
        await insertRow(client, 'faregate.fx_rate', { id, ...plain, numerator, denominator });
        const { rows } = await client.query<FxRate>(`select ${columns} from ${from} where f.id = $1`, [id]);
        const after = rows[0];
        if (!after) throw new Error(`The rate ${id} is gone after it was written.`);
        await note(client, { actor, action: 'fx_rate.set', subject: `fx_rate:${plain.base}:${plain.quote}`, after });
        await tell(client, 'catalog');
        return after;
      }),
  };
}
