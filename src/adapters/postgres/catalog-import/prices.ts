// Publishes the prices of the files: a name's first ones as they are dated, later ones from now on.
import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { CatalogPrice } from '#core/catalog/files/catalog-content.ts';
import type { ImportCounts } from '#ports/catalog-import.ts';

/** Who publishes what the files say. */
export const catalogAuthor = 'catalog';

interface Shelf {
  readonly name: string;
  /** The subject is in the catalogue, as the import has it. */
  readonly ours: boolean;
  /** Of the version that was published last; `null` when there is none. */
  readonly author: string | null;
  readonly digest: string | null;
  /** The version that counts now. */
  readonly current_id: string | null;
  readonly current_row_id: string | null;
}

interface Work {
  readonly name: string;
  readonly digest: string;
  readonly versions: readonly CatalogPrice[];
  readonly shelf: Shelf;
}

export async function publishPrices(
  client: PoolClient,
  prices: readonly CatalogPrice[],
  nextId: () => string,
): Promise<ImportCounts> {
  const byName = Map.groupBy(prices, (price) => price.subject.name);
  const shelves = new Map((await readShelves(client, [...byName.keys()])).map((shelf) => [shelf.name, shelf]));
  const works = [...byName].flatMap(([name, versions]): Work[] => {
    const shelf = shelves.get(name);
    return shelf ? [{ name, versions, shelf, digest: digestOf(versions) }] : [];
  });
  const added = works.filter(({ shelf }) => shelf.author === null && shelf.ours);
  const ours = works.filter(({ shelf }) => shelf.author === catalogAuthor);
  const changed = ours.filter(({ shelf, digest }) => shelf.digest !== digest);
  const now = await databaseNow(client);
  await endVersions(
    client,
    changed.map(({ name }) => name),
    now,
  );
  const rows = [
    ...added.flatMap((work) => rowsOf(work, nextId)),
    ...changed.flatMap((work) => rowsOf({ ...work, versions: fromNowOn(work.versions, now) }, nextId)),
  ];
  await insertVersions(client, rows);
  return {
    added: added.length,
    changed: changed.length,
    left_alone: byName.size - added.length - ours.length,
    unchanged: ours.length - changed.length,
  };
}

async function readShelves(client: PoolClient, names: readonly string[]): Promise<readonly Shelf[]> {
  const { rows } = await client.query<Shelf>(
    `select s.name, coalesce(m.imported, a.imported, false) as ours, last.author, last.digest,
        current.id as current_id, current.row_id as current_row_id
      from unnest($1::text[]) as s(name)
      left join faregate.model m on m.name = s.name
      left join faregate.alias a on a.name = s.name
      left join lateral (
        select v.author, v.attributes ->> 'catalog_digest' as digest from faregate.price_version v
        where v.book = 'list' and v.subject_name = s.name order by v.recorded_at desc, v.id desc limit 1
      ) last on true
      left join lateral (
        select v.id, v.row_id from faregate.price_version v
        where v.book = 'list' and v.subject_name = s.name and v.state = 'approved' and v.is_enabled
          and v.valid_from <= clock_timestamp() and (v.valid_to is null or v.valid_to > clock_timestamp())
      ) current on true`,
    [names],
  );
  return rows;
}

/** Of what is charged, and when: another reason for the same price is no new price. */
function digestOf(versions: readonly CatalogPrice[]): string {
  const charged = versions.map(({ notes: _notes, provenance: _provenance, attributes, ...price }) => {
    const { confidence: _confidence, ...rest } = attributes;
    return { ...price, attributes: rest };
  });
  return createHash('sha256').update(JSON.stringify(charged)).digest('hex');
}

async function databaseNow(client: PoolClient): Promise<Date> {
  const { rows } = await client.query<{ now: Date }>(`select date_trunc('milliseconds', clock_timestamp()) as now`);
  const [row] = rows;
  if (!row) throw new Error('Postgres gave no time.');
  return row.now;
}

async function endVersions(client: PoolClient, names: readonly string[], now: Date): Promise<void> {
  if (names.length === 0) return;
  await client.query(
    `update faregate.price_version set state = 'cancelled'
      where book = 'list' and subject_name = any($1) and author = $3
        and (state = 'draft' or (state = 'approved' and valid_from > $2))`,
    [names, now, catalogAuthor],
  );
  await client.query(
    `update faregate.price_version set valid_to = $2
      where book = 'list' and subject_name = any($1) and state = 'approved' and is_enabled
        and valid_from <= $2 and (valid_to is null or valid_to > $2)`,
    [names, now],
  );
}

/** What has been charged by is never rewritten: what is over is left out, and what counts begins now. */
function fromNowOn(versions: readonly CatalogPrice[], now: Date): readonly CatalogPrice[] {
  return versions
    .filter((price) => price.valid_to === undefined || Date.parse(price.valid_to) > now.getTime())
    .map((price) =>
      Date.parse(price.valid_from) < now.getTime() ? { ...price, valid_from: now.toISOString() } : price,
    );
}

/** One after the other in one row; a draft is a row of its own. */
function rowsOf({ versions, shelf, digest }: Work, nextId: () => string): readonly object[] {
  let predecessorId = shelf.current_id;
  let rowId = shelf.current_row_id;
  return versions.map(({ subject, attributes, state, ...price }) => {
    const id = nextId();
    const approved = state === 'approved';
    const row = {
      ...price,
      id,
      state,
      row_id: approved ? (rowId ?? id) : id,
      predecessor_id: approved ? predecessorId : null,
      subject_kind: subject.kind,
      subject_name: subject.name,
      attributes: { ...attributes, catalog_digest: digest },
    };
    if (approved) {
      predecessorId = id;
      rowId ??= id;
    }
    return row;
  });
}

async function insertVersions(client: PoolClient, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into faregate.price_version (id, row_id, predecessor_id, book, subject_kind, subject_name, currency,
        pricing_model, pricing_type, components, modifiers, attributes, notes, provenance, state, valid_from, valid_to, author)
      select s.id, s.row_id, s.predecessor_id, 'list', s.subject_kind, s.subject_name, s.currency, s.pricing_model,
        s.pricing_type, s.components, s.modifiers, s.attributes, s.notes, s.provenance, s.state, s.valid_from, s.valid_to, $2
      from jsonb_to_recordset($1::jsonb) as s(id uuid, row_id uuid, predecessor_id uuid, subject_kind text,
        subject_name text, currency text, pricing_model text, pricing_type text, components jsonb, modifiers jsonb,
        attributes jsonb, notes text, provenance text, state text, valid_from timestamptz, valid_to timestamptz)`,
    [JSON.stringify(rows), catalogAuthor],
  );
}
