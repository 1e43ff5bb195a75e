// What may happen to a version after it was written: a draft is approved, what has not begun is cancelled, what was wrong is
// superseded by a correction.
import type { PoolClient } from 'pg';
import type { PriceComponent } from '#core/pricing/component.ts';
import { keepsCounters } from '#core/pricing/kept-counters.ts';
import type { Corrected, Correction, PriceRow } from '#ports/administration.ts';
import { Refused } from './deed.ts';
import { type Place, PriceShelves } from './price-shelves.ts';
import { lockBook, takePlace } from './publish-prices.ts';
import { cancel, copiedColumns, insertPrices, moveEnds, noted, type Placed } from './write-prices.ts';

interface VersionColumns {
  readonly id: string;
  readonly book: Place['book'];
  readonly owner_id: string | null;
  readonly kind: 'model' | 'alias';
  readonly name: string;
  readonly state: string;
  readonly is_enabled: boolean;
  readonly from: Date;
  readonly to: Date | null;
  readonly given_to: Date | null;
  readonly row_id: string;
  readonly pricing_type: Placed['price']['pricing_type'];
  readonly is_custom: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly components: readonly PriceComponent[];
  readonly counted_as: string;
}

async function readVersion(client: PoolClient, id: string): Promise<VersionColumns> {
  const { rows } = await client.query<VersionColumns>(
    `select id, book, owner_id, subject_kind as kind, subject_name as name, state, is_enabled, valid_from as from,
      valid_to as to, published_valid_to as given_to, row_id, pricing_type, is_custom, attributes,
      components, coalesce(counted_as, id) as counted_as
    from faregate.price_version where id = $1`,
    [id],
  );
  const [version] = rows;
  if (!version) throw new Refused({ kind: 'not-found' });
  return version;
}

export async function approvePrice(client: PoolClient, actor: string, id: string): Promise<PriceRow> {
  const nowMs = await lockBook(client);
  const version = await readVersion(client, id);
  if (version.state !== 'draft') throw conflict(`Only a draft is approved, and this version is ${version.state}.`);
  const stretch = {
    fromMs: Math.max(version.from.getTime(), nowMs),
    ...(version.to === null ? {} : { toMs: version.to.getTime() }),
  };
  if (stretch.toMs !== undefined && stretch.toMs <= stretch.fromMs) {
    throw conflict('The time for which it was meant has passed. Cancel it, and publish another one.');
  }
  const place = placeOf(version);
  const shelves = await PriceShelves.read(client, [place]);
  // One that is switched off takes no place.
  const predecessorId = version.is_enabled
    ? takePlace(shelves, { id, place, stretch, nowMs }, (field) => field)
    : undefined;
  await moveEnds(client, shelves.ended);
  const { fromMs, toMs } = shelves.stretchOf(place, id) ?? stretch;
  await client.query(
    `update faregate.price_version
      set state = 'approved', valid_from = $2, valid_to = $3, ends_with_next = $4, predecessor_id = $5, approved_by = $6
      where id = $1`,
    [
      id,
      new Date(fromMs),
      toMs === undefined ? null : new Date(toMs),
      toMs !== stretch.toMs,
      predecessorId ?? null,
      actor,
    ],
  );
  return one(await noted(client, actor, 'approve', [id]));
}

export async function cancelPrice(client: PoolClient, actor: string, id: string): Promise<PriceRow> {
  const nowMs = await lockBook(client);
  const version = await readVersion(client, id);
  const scheduled = version.state === 'approved' && version.from.getTime() > nowMs;
  if (version.state !== 'draft' && !scheduled) {
    throw conflict(
      version.state === 'approved'
        ? 'It has begun, and calls may have been charged by it: publish another version, or correct this one.'
        : `Only a draft, or a version that has not begun, is cancelled; this one is ${version.state}.`,
    );
  }
  await cancel(client, [id]);
  if (scheduled) {
    const place = placeOf(version);
    const shelves = await PriceShelves.read(client, [place]);
    shelves.put(place, id, stretchOf(version), undefined);
    shelves.cancel(place, id);
    await moveEnds(client, shelves.ended);
  }
  return one(await noted(client, actor, 'cancel', [id]));
}

/** `nextId` names what remains right of the wrong version, before and after the correction. */
export async function correctPrice(
  client: PoolClient,
  actor: string,
  { id, correction, nextId }: { readonly id: string; readonly correction: Correction; readonly nextId: () => string },
): Promise<Corrected> {
  const nowMs = await lockBook(client);
  const wrong = await readVersion(client, id);
  requireCorrectable(wrong, nowMs);
  const whole = stretchOf(wrong);
  const fromMs = correction.valid_from === undefined ? whole.fromMs : Date.parse(correction.valid_from);
  const toMs = correction.valid_to === undefined ? whole.toMs : Date.parse(correction.valid_to);
  if (fromMs < whole.fromMs || fromMs >= (whole.toMs ?? Number.POSITIVE_INFINITY)) {
    throw outside(wrong, 'valid_from');
  }
  if (toMs !== undefined && (toMs <= fromMs || toMs > (whole.toMs ?? Number.POSITIVE_INFINITY))) {
    throw outside(wrong, 'valid_to');
  }
  await client.query(
    `update faregate.price_version set state = 'superseded', superseded_at = clock_timestamp() where id = $1`,
    [id],
  );
  const before = fromMs > whole.fromMs ? nextId() : undefined;
  const after = toMs !== undefined && toMs !== whole.toMs ? nextId() : undefined;
  if (before !== undefined) await copyPart(client, actor, { from: id, id: before, toMs: fromMs });
  await insertPrices(client, actor, [correctionOf(wrong, correction, { fromMs, toMs })]);
  if (after !== undefined) await copyPart(client, actor, { from: id, id: after, fromMs: toMs });
  const ids = [before, correction.id, after].filter((each) => each !== undefined);
  return {
    superseded: one(await noted(client, actor, 'supersede', [id])),
    published: await noted(client, actor, 'correct', ids),
  };
}

function requireCorrectable(version: VersionColumns, nowMs: number): void {
  if (version.state !== 'approved' || !version.is_enabled) {
    const state = version.state === 'approved' ? 'switched off' : version.state;
    throw conflict(`Only a version that counts is corrected, and this one is ${state}.`);
  }
  if (version.from.getTime() > nowMs) throw conflict('It has not begun: cancel it, or publish another one over it.');
  if (version.to && version.to <= version.from) {
    throw conflict('Another version took its place before it began: nothing was charged by it.');
  }
}

function outside({ from, to }: VersionColumns, field: string): Refused {
  const until = to === null ? 'on' : `to ${to.toISOString()}`;
  const reason = `A correction lies within the version that it corrects: from ${from.toISOString()} ${until}.`;
  return new Refused({ kind: 'unfit', field, reason });
}

function correctionOf(
  wrong: VersionColumns,
  correction: Correction,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number | undefined },
): Placed {
  const { row_id, pricing_type, is_custom, attributes, book } = wrong;
  const place = placeOf(wrong);
  // What is left of the wrong version goes on with its counter, and the units of two prices are never in one.
  const isWhole = fromMs === wrong.from.getTime() && toMs === wrong.to?.getTime();
  // Unless the correction says otherwise: a neighbour that is cancelled later must not let it run on.
  const given = correction.valid_to ?? wrong.given_to?.toISOString();
  const told = { ...(pricing_type === undefined ? {} : { pricing_type }), row_id, is_custom, attributes, book };
  return {
    price: { ...correction, ...told, subject: place.subject, ...(given === undefined ? {} : { valid_to: given }) },
    place,
    fromMs,
    toMs,
    predecessorId: wrong.id,
    ...(isWhole && keepsCounters(wrong.components, correction.components) ? { countedAs: wrong.counted_as } : {}),
  };
}

interface Part {
  readonly from: string;
  readonly id: string;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

async function copyPart(client: PoolClient, actor: string, { from, id, fromMs, toMs }: Part): Promise<void> {
  await client.query(
    `insert into faregate.price_version
        (id, ${copiedColumns}, is_enabled, valid_from, valid_to, ends_with_next, published_valid_to, predecessor_id, counted_as, author)
      select $2, ${copiedColumns}, is_enabled, coalesce($3::timestamptz, valid_from), coalesce($4::timestamptz, valid_to), $4::timestamptz is not null or ends_with_next,
        published_valid_to, id, coalesce(counted_as, id), $5
      from faregate.price_version where id = $1`,
    [from, id, fromMs === undefined ? null : new Date(fromMs), toMs === undefined ? null : new Date(toMs), actor],
  );
}

function placeOf({ book, owner_id: ownerId, kind, name }: VersionColumns): Place {
  return { book, ownerId: ownerId ?? undefined, subject: { kind, name } };
}

function stretchOf({ from, to }: VersionColumns) {
  return { fromMs: from.getTime(), ...(to === null ? {} : { toMs: to.getTime() }) };
}

function conflict(reason: string): Refused {
  return new Refused({ kind: 'conflict', reason });
}

function one(rows: readonly PriceRow[]): PriceRow {
  const [row] = rows;
  if (!row) throw new Error('A price is gone after it was written.');
  return row;
}
