// For each name in the platform's list the price that stands there.
import type { Pool } from 'pg';
import type { StandingPrice, StandingPrices } from '#ports/standing-prices.ts';
import { reading } from './deed.ts';
import { prices } from './nouns.ts';
import { byId, listRows } from './page.ts';
import { instant, isUuid } from './sql.ts';

export function standingPrices(pool: Pool): StandingPrices {
  return {
    list: (page, { name, provider } = {}) =>
      listRows<StandingPrice>(pool, { select, from, order: byId('p') }, page, [
        [`${best} and $::boolean`, true],
        ['p.subject_name = $', name],
        ['provider.name = $', provider],
      ]),
    get: (ref) =>
      reading(async () => {
        const named = isUuid(ref) ? '(p.row_id = $1 or p.id = $1)' : 'p.subject_name = $1';
        const { rows } = await pool.query<StandingPrice>(
          `select ${select} from ${from} where ${best} and ${named} order by p.id desc limit 1`,
          [ref],
        );
        return rows[0];
      }),
  };
}

const select = [
  prices.select,
  'provider.name as provider',
  `(select ${instant('min(first.recorded_at)')} from faregate.price_version first where first.book = 'list'
    and first.subject_kind = p.subject_kind and first.subject_name = p.subject_name) as created_at`,
].join(', ');

const from = `${prices.from}
  left join faregate.model m on p.subject_kind = 'model' and m.name = p.subject_name
  left join faregate.provider provider on provider.id = m.provider_id`;

function stands(version: string): string {
  return `${version}.book = 'list' and ${version}.state = 'approved'
    and (${version}.valid_to is null or ${version}.valid_to > clock_timestamp())`;
}

function rank(version: string): string {
  return `(${version}.is_enabled and ${version}.valid_from <= clock_timestamp(), ${version}.recorded_at, ${version}.id)`;
}

const best = `${stands('p')} and not exists (select from faregate.price_version better
  where ${stands('better')} and better.subject_kind = p.subject_kind and better.subject_name = p.subject_name
    and ${rank('better')} > ${rank('p')})`;
