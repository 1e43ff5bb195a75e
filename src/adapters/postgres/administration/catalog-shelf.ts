// The catalogue as people read it.
import type { Pool } from 'pg';
import type {
  AssertionRow,
  CataloguedModel,
  CataloguedModelDetail,
  CatalogShelf,
  PlanRow,
  RecommendationRow,
  ReleaseRow,
} from '#ports/catalog-shelf.ts';
import type { PriceRow } from '#ports/administration.ts';
import { reading } from './deed.ts';
import { prices } from './nouns.ts';
import { type ListQuery, listRows } from './page.ts';
import { instant, named } from './sql.ts';

/** The id last, which tells rows apart that are called the same. */
function inOrderOf(...columns: readonly string[]): Pick<ListQuery, 'order' | 'ascending'> {
  return {
    ascending: true,
    order: columns.map((column) => ({ column, kind: column.endsWith('.id') ? 'id' : 'text' })),
  };
}

const currentPrice = `(select jsonb_build_object('id', v.id, 'currency', v.currency, 'components', v.components,
    'modifiers', v.modifiers, 'valid_from', ${instant('v.valid_from')}, 'valid_to', ${instant('v.valid_to')},
    'notes', v.notes, 'provenance', v.provenance, 'attributes', v.attributes - 'catalog_digest')
  from faregate.price_version v
  where v.book = 'list' and v.subject_name = m.name and v.state = 'approved' and v.is_enabled
    and v.valid_from <= clock_timestamp() and (v.valid_to is null or v.valid_to > clock_timestamp()))`;

const assertionsOf = (where: string): string =>
  `(select count(*)::integer from faregate.price_assertion a where a.model = m.name and ${where})`;

const models: ListQuery = {
  ...inOrderOf('p.name', 'm.name', 'm.id'),
  select: [
    `m.id, ${named('p', 'name')} as provider, m.model_id, m.name, m.display_name, m.kind, m.type, m.status`,
    `m.status in ('available', 'preview') and p.status = 'active' and (not coalesce((p.settings ->> 'requires_key')::boolean, false)
      or exists (select from faregate.provider_key k where k.provider_id = p.id and k.is_active and k.organization_id is null and k.user_id is null
        and (k.expires_at is null or k.expires_at > clock_timestamp()))) as callable`,
    `(select coalesce(jsonb_agg(a.name order by a.name), '[]') from faregate.alias a where a.targets ? m.name) as aliases`,
    'm.context_window, m.max_output_tokens, m.supports_vision, m.supports_function_calling, m.is_default, m.quality_tier',
    `m.credit_cost::text as credit_cost, m.capabilities, m.released_on, ${instant('m.retired_at')} as retired_at`,
    `m.notes, m.source, m.imported, ${currentPrice} as price, ${assertionsOf('true')} as assertions`,
    `${assertionsOf("a.confidence = 'refuted'")} as conflicts`,
  ].join(', '),
  from: 'faregate.model m join faregate.provider p on p.id = m.provider_id',
};

const assertions: ListQuery = {
  ...inOrderOf('a.provider', 'a.model', 'a.source', 'a.place', 'a.quoted', "coalesce(a.meter, '')", 'a.id'),
  select: [
    'a.id, a.source, a.place, a.provider, a.model, a.meter, a.price, a.per, a.currency, a.condition, a.quoted, a.url',
    `a.confidence, a.reason, ${instant('a.recorded_at')} as recorded_at`,
  ].join(', '),
  from: 'faregate.price_assertion a',
};

const releases: ListQuery = {
  ...inOrderOf('r.provider', 'r.model', 'r.id'),
  select: 'r.id, r.provider, r.model, r.dated, r.released_on, r.status, r.notes, r.source',
  from: 'faregate.release r',
};

const recommendations: ListQuery = {
  ...inOrderOf('r.area', 'r.use_case', 'r.id'),
  select: 'r.id, r.area, r.use_case, r.model, r.cost, r.reason, r.source',
  from: 'faregate.recommendation r',
};

const limits = ['rpm', 'tpm', 'rpd', 'tpd', 'concurrent', 'monthly_token', 'daily_token'].map(
  (what) => `l.${what}_limit::text as ${what}_limit`,
);

const plans: ListQuery = {
  ...inOrderOf('l.provider', 'l.plan_name', 'l.id'),
  select: [
    `l.id, ${named('o', 'slug')} as organization, l.provider, l.plan_name, l.tier_type, l.is_custom, l.is_enabled`,
    'l.quantity, l.unit_price_usd::text as unit_price_usd, l.effective_date, l.end_date, l.auth_type, l.trial_end_date',
    `l.trial_credit_usd::text as trial_credit_usd, ${limits.join(', ')}`,
    'l.committed_spend_usd::text as committed_spend_usd, l.commitment_term_months',
    'l.discount_percentage::text as discount_percentage, l.contents, l.source',
  ].join(', '),
  from: 'faregate.plan l left join faregate.organization o on o.id = l.organization_id',
};

export function catalogShelf(pool: Pool): CatalogShelf {
  return {
    models: {
      list: (page, { provider, type, kind, status } = {}) =>
        listRows<CataloguedModel>(pool, models, page, [
          ['p.name = $', provider],
          ['m.type = $', type],
          ['m.kind = $', kind],
          ['m.status = $', status],
        ]),
      get: (ref) => reading(() => modelDetail(pool, ref)),
    },
    assertions: (page, { model, provider, source, confidence } = {}) =>
      listRows<AssertionRow>(pool, assertions, page, [
        ['a.model = $', model],
        ['a.provider = $', provider],
        ['a.source = $', source],
        ['a.confidence = $', confidence],
      ]),
    releases: (page, { status } = {}) => listRows<ReleaseRow>(pool, releases, page, [['r.status = $', status]]),
    recommendations: (page, { area } = {}) =>
      listRows<RecommendationRow>(pool, recommendations, page, [['r.area = $', area]]),
    plans: (page, { provider, tier_type } = {}) =>
      listRows<PlanRow>(pool, plans, page, [
        ['l.provider = $', provider],
        ['l.tier_type = $', tier_type],
      ]),
  };
}

/** More than any model has. */
const saidMax = 200;

async function modelDetail(pool: Pool, ref: string): Promise<CataloguedModelDetail | undefined> {
  const { rows } = await pool.query<CataloguedModel>(
    `select ${models.select} from ${models.from}
      where lower(m.display_name) = lower($1) or m.id::text = $1 or lower(m.name) = any($2)
        or exists (select from faregate.alias a where lower(a.name) = any($2) and a.targets ->> 0 = m.name)
      order by m.name <> $1, lower(m.display_name) <> lower($1), m.name limit 1`,
    // As people write it, and as names are written.
    [ref, [ref.toLowerCase(), ref.toLowerCase().replaceAll(' ', '-')]],
  );
  const [model] = rows;
  if (!model) return undefined;
  const said = await pool.query<AssertionRow>(
    `select ${assertions.select} from ${assertions.from} where a.model = $1
      order by a.source, a.place, a.quoted, a.meter limit ${saidMax}`,
    [model.name],
  );
  const versions = await pool.query<PriceRow>(
    `select ${prices.select} from ${prices.from}
      where p.book = 'list' and p.subject_name = $1 order by p.valid_from desc, p.id desc limit ${saidMax}`,
    [model.name],
  );
  return { ...model, said: said.rows, versions: versions.rows };
}
