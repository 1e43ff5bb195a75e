// An organization's own prices as rows that can be edited, on a book in which nothing is: an edit is a new version of its
// row, and a row whose newest version is a cancelled one has been removed.
import type { Pool, PoolClient } from 'pg';
import type { PricingRow } from '#core/rows/pricing-row.ts';
import { flatPricingRow } from '#core/rows/pricing-row.ts';
import { pricingRowOf, type PricingTerms, termsOfPricingRow } from '#core/rows/pricing-terms.ts';
import type { NewPrice, PriceRow } from '#ports/administration.ts';
import type { KeptRow, KeptRows, RowChange, RowScope } from '#ports/provider-terms.ts';
import { deed, note, reading, Refused, tell } from './deed.ts';
import { type RowSort, rowsToPut } from './kept-rows.ts';
import { findRow } from './noun.ts';
import { prices } from './nouns.ts';
import { type Condition, listRows } from './page.ts';
import { lockBook, publishPrices } from './publish-prices.ts';
import { instant } from './sql.ts';
import { copiedColumns } from './write-prices.ts';

export function pricingRowKeeper(pool: Pool, nextId: () => string): KeptRows<PricingRow> {
  return {
    async list(scope, page) {
      const query = { select, from: prices.from, order: [{ column: 'p.row_id', kind: 'id' }] } as const;
      const listed = await listRows<Version>(pool, query, page, conditionsOf(scope));
      return { ...listed, items: listed.items.flatMap(keptOf) };
    },
    all: (scope) => reading(() => readAll(pool, scope)),
    change: (actor, change) => deed(pool, (client) => changePricing(client, { actor, nextId }, change)),
  };
}

const sort: RowSort<PricingRow> = {
  idOf: ({ pricing_id }) => pricing_id,
  nameOf: ({ provider, model_id }) => `${provider} ${model_id}`,
  flat: flatPricingRow,
};

type Version = PriceRow & { readonly created_at: string };

const select = [
  prices.select,
  `(select ${instant('min(first.recorded_at)')} from faregate.price_version first where first.row_id = p.row_id) as created_at`,
].join(', ');

const newest = `not exists (select from faregate.price_version later where later.row_id = p.row_id
  and (later.recorded_at, later.id) > (p.recorded_at, p.id))`;

// One that ended otherwise than its own dates say gave its place to a price that is no row.
const standing = `p.state = 'approved' and (not p.is_enabled or p.valid_to is null or p.valid_to > clock_timestamp()
  or p.valid_to = greatest(p.valid_from, ((p.attributes->>'end_date')::date + 1)::timestamp at time zone 'utc'))`;

function conditionsOf({ owner, provider }: RowScope): readonly Condition[] {
  return [
    [`p.book = 'organization' and p.attributes ? 'model_id' and ${newest} and ${standing} and p.owner_id = $`, owner],
    [`p.attributes->>'provider' = $`, provider],
  ];
}

async function readAll(client: Pool | PoolClient, { owner, provider }: RowScope): Promise<KeptRow<PricingRow>[]> {
  const { rows } = await client.query<Version>(
    `select ${select} from ${prices.from}
     where p.book = 'organization' and p.owner_id = $1 and ($2::text is null or p.attributes->>'provider' = $2)
       and p.attributes ? 'model_id' and ${newest} and ${standing}
     order by p.attributes->>'provider', p.row_id`,
    [owner, provider ?? null],
  );
  return rows.flatMap(keptOf);
}

function keptOf(version: Version): KeptRow<PricingRow>[] {
  const row = pricingRowOf(version);
  const { id, created_at, recorded_at } = version;
  return row ? [{ row, version: id, created_at, updated_at: recorded_at }] : [];
}

interface Editor {
  readonly actor: string;
  readonly nextId: () => string;
}

export async function changePricing(
  client: PoolClient,
  editor: Editor,
  change: RowChange<PricingRow>,
): Promise<readonly KeptRow<PricingRow>[]> {
  const { owner, removes, puts } = change;
  const beganMs = await lockBook(client);
  const kept = new Map((await readAll(client, { owner })).map((each) => [each.row.pricing_id, each]));
  const changing = rowsToPut(sort, kept, change);
  await refuseForeignIds(client, changing, owner);
  for (const id of removes) await removeRow(client, editor, kept.get(id)?.version ?? '');
  // What ends goes first, so that another row of the batch may take its place.
  const subjects = await readSubjects(client, changing);
  const publishing = (nowMs: number): readonly Publishing[] =>
    changing.map((row) => ({ row, subject: subjects.get(row.pricing_id) ?? '', nowMs }));
  await makeWay(client, publishing(beganMs));
  const versions: NewPrice[] = [];
  for (const each of publishing(await lockBook(client))) {
    versions.push(...(await versionsOf(client, editor, each, change)));
  }
  await publishPrices(client, editor.actor, { prices: versions }, (_, field) => field);
  await tell(client, 'catalog');
  const after = new Map((await readAll(client, { owner })).map((each) => [each.row.pricing_id, each]));
  return puts.flatMap(({ pricing_id }) => after.get(pricing_id) ?? []);
}

async function refuseForeignIds(client: PoolClient, rows: readonly PricingRow[], owner: string | null): Promise<void> {
  const { rowCount } = await client.query(
    'select from faregate.price_version where row_id = any($1) and owner_id is distinct from $2 limit 1',
    [rows.map((row) => row.pricing_id), owner],
  );
  if (rowCount !== 0) throw new Refused({ kind: 'taken', field: 'pricing_id' });
}

async function removeRow(client: PoolClient, { actor, nextId }: Editor, versionId: string): Promise<void> {
  const before = await versionOf(client, versionId);
  await cancelScheduled(client, [before.row_id]);
  await endCurrent(client, [before.row_id]);
  await client.query(
    `insert into faregate.price_version (id, ${copiedColumns}, is_enabled, state, valid_from, valid_to, predecessor_id, author)
     select $1, ${copiedColumns}, false, 'cancelled', now(), now(), id, $3 from faregate.price_version where id = $2`,
    [nextId(), versionId, actor],
  );
  await note(client, { actor, action: 'price_row.delete', subject: `price_row:${before.row_id}`, before });
}

/** What is scheduled of the rows is called off. What counts now ends here only if its successor does not end it. */
async function makeWay(client: PoolClient, rows: readonly Publishing[]): Promise<void> {
  const ids = rows.map(({ row }) => row.pricing_id);
  await cancelScheduled(client, ids);
  const { rows: current } = await client.query<{ row_id: string; subject: string }>(
    `select row_id, subject_name as subject from faregate.price_version
     where row_id = any($1::uuid[]) and state = 'approved' and is_enabled and (valid_to is null or valid_to > clock_timestamp())`,
    [ids],
  );
  const standing = new Set(current.map(({ row_id, subject }) => `${row_id} ${subject}`));
  const ending = rows.filter(
    ({ row, subject, nowMs }) =>
      !row.is_enabled || isOver(termsOfPricingRow(row, nowMs)) || !standing.has(`${row.pricing_id} ${subject}`),
  );
  await endCurrent(
    client,
    ending.map(({ row }) => row.pricing_id),
  );
}

interface Publishing {
  readonly row: PricingRow;
  readonly subject: string;
  readonly nowMs: number;
}

async function versionsOf(
  client: PoolClient,
  { nextId }: Editor,
  { row, subject, nowMs }: Publishing,
  change: RowChange<PricingRow>,
): Promise<NewPrice[]> {
  const terms = termsOfPricingRow(row, nowMs);
  const later = terms.fromMs > nowMs;
  const before = later && row.is_enabled ? await bridge(client, nextId, row.pricing_id, terms.fromMs) : [];
  const version: NewPrice = {
    id: nextId(),
    row_id: row.pricing_id,
    book: 'organization',
    ...(change.owner === null ? {} : { owner: change.owner }),
    subject: { kind: 'model', name: subject },
    currency: 'usd',
    pricing_model: 'per_token',
    pricing_type: row.pricing_type,
    components: terms.components,
    modifiers: [],
    attributes: terms.attributes,
    is_custom: row.is_custom,
    is_enabled: row.is_enabled,
    ...(row.notes === null ? {} : { notes: row.notes }),
    ...(later || isOver(terms) ? { valid_from: iso(terms.fromMs) } : {}),
    ...(terms.toMs === undefined ? {} : { valid_to: iso(terms.toMs) }),
    ...(change.provenance === undefined ? {} : { provenance: change.provenance }),
  };
  return [...before, version];
}

// A change that was scheduled had already set an end to what counts now. Put off, what counts now goes on until then.
async function bridge(client: PoolClient, nextId: () => string, rowId: string, untilMs: number): Promise<NewPrice[]> {
  const { rows } = await client.query<{ id: string }>(
    `select id from faregate.price_version
     where row_id = $1 and state = 'approved' and is_enabled and valid_from <= clock_timestamp()
       and valid_to > clock_timestamp() and valid_to < $2
       and exists (select from faregate.price_version next where next.row_id = $1 and next.state = 'cancelled'
         and next.predecessor_id = price_version.id and next.valid_from = price_version.valid_to)`,
    [rowId, new Date(untilMs)],
  );
  const [found] = rows;
  if (!found) return [];
  const { owner, notes, provenance, valid_to: from, ...version } = await versionOf(client, found.id);
  return [
    {
      ...version,
      id: nextId(),
      state: 'approved',
      ...(owner === null ? {} : { owner: owner.id }),
      ...(notes === null ? {} : { notes }),
      ...(provenance === null ? {} : { provenance }),
      ...(from === null ? {} : { valid_from: from }),
      valid_to: iso(untilMs),
    },
  ];
}

async function versionOf(client: PoolClient, id: string): Promise<PriceRow> {
  const found = await findRow<PriceRow>(client, prices, id);
  if (!found) throw new Refused({ kind: 'not-found' });
  return found;
}

async function cancelScheduled(client: PoolClient, rowIds: readonly string[]): Promise<void> {
  await client.query(
    `update faregate.price_version set state = 'cancelled'
     where row_id = any($1::uuid[]) and state = 'approved' and is_enabled and valid_from > clock_timestamp()`,
    [rowIds],
  );
}

async function endCurrent(client: PoolClient, rowIds: readonly string[]): Promise<void> {
  await client.query(
    `update faregate.price_version set valid_to = date_trunc('milliseconds', clock_timestamp())
     where row_id = any($1::uuid[]) and state = 'approved' and is_enabled and (valid_to is null or valid_to > clock_timestamp())`,
    [rowIds],
  );
}

/** By row: the name under which a call's cost is looked up, the catalogue's if it knows the model. */
async function readSubjects(client: PoolClient, rows: readonly PricingRow[]): Promise<ReadonlyMap<string, string>> {
  const asked = rows.map(({ pricing_id, provider, model_id }) => ({ pricing_id, provider, model_id }));
  const { rows: found } = await client.query<{ pricing_id: string; name: string }>(
    `select asked.pricing_id, m.name from jsonb_to_recordset($1::jsonb) as asked (pricing_id text, provider text, model_id text)
     left join faregate.provider p on p.name = asked.provider
     join faregate.model m on case when p.id is not null then m.provider_id = p.id and m.model_id = asked.model_id
       else asked.provider <> 'custom' and m.name = asked.model_id end`,
    [JSON.stringify(asked)],
  );
  const known = new Map(found.map(({ pricing_id, name }) => [pricing_id, name]));
  return new Map(
    rows.map(({ pricing_id, provider, model_id }) => [pricing_id, known.get(pricing_id) ?? `${provider}/${model_id}`]),
  );
}

function isOver({ fromMs, toMs }: PricingTerms): boolean {
  return toMs !== undefined && toMs <= fromMs;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
