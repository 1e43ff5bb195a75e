// What a batch of prices comes to, written in one statement for each table.
import type { PoolClient } from 'pg';
import type { NewPrice, PriceRow } from '#ports/administration.ts';
import { tell } from './deed.ts';
import { prices } from './nouns.ts';
import type { End, Place } from './price-shelves.ts';

export interface Placed {
  readonly price: NewPrice;
  readonly place: Place;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number | undefined;
  readonly predecessorId: string | undefined;
  /** Of a correction that goes on with the counters of the version that it corrects. */
  readonly countedAs?: string;
}

export async function cancel(client: PoolClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await client.query(`update faregate.price_version set state = 'cancelled' where id = any($1::uuid[])`, [ids]);
}

export async function moveEnds(
  client: PoolClient,
  ended: ReadonlyMap<string, End>,
  unborn: ReadonlySet<string> = new Set(),
): Promise<void> {
  const rows = [...ended]
    .filter(([id]) => !unborn.has(id))
    .map(([id, { toMs, withNext }]) => ({ id, valid_to: instantOf(toMs), ends_with_next: withNext }));
  if (rows.length === 0) return;
  await client.query(
    `update faregate.price_version v set valid_to = row.valid_to, ends_with_next = row.ends_with_next
      from jsonb_to_recordset($1::jsonb) as row (id uuid, valid_to timestamptz, ends_with_next boolean)
      where v.id = row.id and v.valid_to is distinct from row.valid_to`,
    [JSON.stringify(rows)],
  );
}

export async function insertPrices(client: PoolClient, actor: string, placed: readonly Placed[]): Promise<void> {
  if (placed.length === 0) return;
  const rows = placed.map(({ price, place, fromMs, toMs, predecessorId, countedAs }) => {
    return {
      id: price.id,
      row_id: price.row_id ?? price.id,
      book: price.book,
      owner_id: place.ownerId,
      subject_kind: place.subject.kind,
      subject_name: place.subject.name,
      currency: price.currency,
      pricing_model: price.pricing_model,
      pricing_type: price.pricing_type ?? 'standard',
      components: price.components,
      modifiers: price.modifiers,
      attributes: price.attributes ?? {},
      is_custom: price.is_custom ?? false,
      is_enabled: price.is_enabled ?? true,
      notes: price.notes,
      state: price.state ?? 'approved',
      valid_from: new Date(fromMs).toISOString(),
      valid_to: instantOf(toMs),
      // Without an end of its own it ends where the next one begins.
      ends_with_next: toMs !== undefined && (price.valid_to === undefined || Date.parse(price.valid_to) !== toMs),
      published_valid_to: price.valid_to,
      predecessor_id: predecessorId,
      counted_as: countedAs,
      author: actor,
      provenance: price.provenance,
    };
  });
  const columns = insertColumns.map(([column]) => column).join(', ');
  const typed = insertColumns.map((column) => column.join(' ')).join(', ');
  await client.query(
    `insert into faregate.price_version (${columns}) select ${columns} from jsonb_to_recordset($1::jsonb) as row (${typed})`,
    [JSON.stringify(rows)],
  );
}

function instantOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

const insertColumns: readonly (readonly [column: string, type: string])[] = [
  ['id', 'uuid'],
  ['row_id', 'uuid'],
  ['book', 'text'],
  ['owner_id', 'uuid'],
  ['subject_kind', 'text'],
  ['subject_name', 'text'],
  ['currency', 'text'],
  ['pricing_model', 'text'],
  ['pricing_type', 'text'],
  ['components', 'jsonb'],
  ['modifiers', 'jsonb'],
  ['attributes', 'jsonb'],
  ['is_custom', 'boolean'],
  ['is_enabled', 'boolean'],
  ['notes', 'text'],
  ['state', 'text'],
  ['valid_from', 'timestamptz'],
  ['valid_to', 'timestamptz'],
  ['ends_with_next', 'boolean'],
  ['published_valid_to', 'timestamptz'],
  ['predecessor_id', 'uuid'],
  ['counted_as', 'uuid'],
  ['author', 'text'],
  ['provenance', 'text'],
];

/** What a version has in common with the one that it is a copy of, for another time or in another state. */
export const copiedColumns = `row_id, book, owner_id, subject_kind, subject_name, currency, pricing_model, pricing_type,
  components, modifiers, attributes, is_custom, notes, provenance`;

/** The rows as they are after the deed, in the order of the ids; written into the audit log. */
export async function noted(
  client: PoolClient,
  actor: string,
  action: string,
  ids: readonly string[],
): Promise<readonly PriceRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await client.query<PriceRow>(
    `with shown as (select ${prices.select} from ${prices.from} where p.id = any($1::uuid[])),
      logged as (insert into faregate.audit_log (actor, action, subject, after)
        select $2, $3, 'price_version:' || shown.id, to_jsonb(shown) from shown order by array_position($1::uuid[], shown.id))
      select * from shown order by array_position($1::uuid[], shown.id)`,
    [ids, actor, `${prices.name}.${action}`],
  );
  await tell(client, prices.topic);
  return rows;
}
