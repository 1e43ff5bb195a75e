// Publishes a batch of prices as a whole: read at once, checked and placed here, then written, or nothing of it.
import type { PoolClient } from 'pg';
import { ownKeyFeeName } from '#core/catalog/own-key-prices.ts';
import { placeVersion, type Standing, type Stretch } from '#core/catalog/price-place.ts';
import type { NewPrice, PriceBatch, PricePlace, PublishedBatch } from '#ports/administration.ts';
import { Refused } from './deed.ts';
import { type Owner, ownerOf, readOwners } from './price-owners.ts';
import { type Place, PriceShelves } from './price-shelves.ts';
import { cancel, insertPrices, moveEnds, noted, type Placed } from './write-prices.ts';

/** Where a field stands in what the operator has sent. */
export type FieldOf = (index: number, field: string) => string;

export async function publishPrices(
  client: PoolClient,
  actor: string,
  { prices: news, ends = [], seen = [] }: PriceBatch,
  fieldOf: FieldOf,
): Promise<PublishedBatch> {
  const nowMs = await lockBook(client);
  const owners = await readOwners(client, [...news, ...seen]);
  const placeOf = (place: PricePlace, owner: Owner | undefined): Place => ({
    book: place.book,
    ownerId: owner?.id,
    subject: place.subject,
  });
  const wanted = news.map((price, index) => ({
    price,
    place: placeOf(price, ownerOf(owners, price, fieldOf(index, 'owner'))),
  }));
  const viewed = seen.map((each, index) => {
    const owner = ownerOf(owners, each, `seen[${index}].owner`);
    return { ...each, ownerName: owner?.name, place: placeOf(each, owner) };
  });
  await requireSubjects(client, news, fieldOf);
  const ending = await readEnding(client, ends);

  const places = [...wanted, ...viewed, ...ending].map(({ place }) => place);
  const shelves = await PriceShelves.read(client, places);
  await refuseTheUnseen(
    client,
    viewed.filter(
      ({ place, version_id: id, scheduled_version_id: next }) =>
        (shelves.currentAt(place, nowMs) ?? null) !== id ||
        (next !== undefined && (nextOn(shelves.at(place), nowMs) ?? null) !== next),
    ),
  );
  const cancelled = endAll(shelves, ending, nowMs);
  const placed = wanted.map((each, index) => placeOne(shelves, each, nowMs, (field) => fieldOf(index, field)));

  await cancel(client, cancelled);
  await moveEnds(client, shelves.ended, new Set(news.map(({ id }) => id)));
  // A later price of the batch may have ended an earlier one.
  const settled = placed.map((each) => ({ ...each, ...shelves.stretchOf(each.place, each.price.id) }));
  await insertPrices(client, actor, settled);
  return {
    ended: await noted(client, actor, 'end', ends),
    published: await noted(
      client,
      actor,
      'publish',
      news.map(({ id }) => id),
    ),
  };
}

/**
 * Whoever writes prices takes this first, so that no two ever wait for each other; milliseconds since 1970 after it. Whole
 * ones, as the clocks of the processes that read it count.
 */
export async function lockBook(client: PoolClient): Promise<number> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('faregate price book', 0))`);
  const { rows } = await client.query<{ now: Date }>(`select date_trunc('milliseconds', clock_timestamp()) as now`);
  const [clock] = rows;
  if (!clock) throw new Error('Postgres gave no time.');
  return clock.now.getTime();
}

async function requireSubjects(client: PoolClient, news: readonly NewPrice[], fieldOf: FieldOf): Promise<void> {
  // An organization lists what it pays for whatever it calls.
  const asked = news.map(({ book, subject }) => (book === 'organization' ? undefined : subject));
  const namesOf = (kind: 'model' | 'alias'): readonly string[] => [
    ...new Set(asked.flatMap((subject) => (subject?.kind === kind ? [subject.name] : []))),
  ];
  const { rows } = await client.query<{ kind: string; name: string }>(
    `select 'model' as kind, name from faregate.model where name = any($1::text[])
      union all select 'alias', name from faregate.alias where name = any($2::text[])`,
    [namesOf('model'), namesOf('alias')],
  );
  // The fee for calls by customers' own keys has a name of its own that nobody calls.
  const known = new Set([`model ${ownKeyFeeName}`, ...rows.map(({ kind, name }) => `${kind} ${name}`)]);
  const missing = asked.findIndex((subject) => subject && !known.has(`${subject.kind} ${subject.name}`));
  if (missing >= 0) throw new Refused({ kind: 'unknown', field: fieldOf(missing, 'subject.name') });
}

export interface Ending extends Stretch {
  readonly id: string;
  readonly place: Place;
  readonly state: string;
}

export async function readEnding(client: PoolClient, ids: readonly string[]): Promise<readonly Ending[]> {
  if (ids.length === 0) return [];
  const { rows } = await client.query<{
    readonly id: string;
    readonly book: PricePlace['book'];
    readonly owner_id: string | null;
    readonly kind: 'model' | 'alias';
    readonly name: string;
    readonly state: string;
    readonly from: Date;
    readonly to: Date | null;
  }>(
    `select id, book, owner_id, subject_kind as kind, subject_name as name, state, valid_from as from, valid_to as to
      from faregate.price_version where id = any($1::uuid[])`,
    [ids],
  );
  const known = new Set(rows.map(({ id }) => id));
  if (ids.some((id) => !known.has(id.toLowerCase()))) throw new Refused({ kind: 'unknown', field: 'ends' });
  return rows.map(({ id, book, owner_id: ownerId, kind, name, state, from, to }) => ({
    id,
    place: { book, ownerId: ownerId ?? undefined, subject: { kind, name } },
    state,
    fromMs: from.getTime(),
    ...(to === null ? {} : { toMs: to.getTime() }),
  }));
}

/** What counts ends now; what has not begun is cancelled: the ids of those. */
export function endAll(shelves: PriceShelves, ending: readonly Ending[], nowMs: number): readonly string[] {
  const cancelled: string[] = [];
  for (const { id, place, state, fromMs, toMs } of ending) {
    if (state === 'draft' || (state === 'approved' && fromMs > nowMs)) {
      shelves.cancel(place, id);
      cancelled.push(id);
    } else if (state === 'approved' && (toMs === undefined || toMs > nowMs)) {
      shelves.end(place, id, { toMs: nowMs, withNext: false });
    }
  }
  return cancelled;
}

function placeOne(
  shelves: PriceShelves,
  { price, place }: { readonly price: NewPrice; readonly place: Place },
  nowMs: number,
  fieldOf: (field: string) => string,
): Placed {
  const stretch: Stretch = {
    fromMs: price.valid_from === undefined ? nowMs : Date.parse(price.valid_from),
    ...(price.valid_to === undefined ? {} : { toMs: Date.parse(price.valid_to) }),
  };
  // A draft, or a row that is switched off, takes no place.
  if (price.state === 'draft' || price.is_enabled === false) {
    return { price, place, fromMs: stretch.fromMs, toMs: stretch.toMs, predecessorId: undefined };
  }
  const predecessorId = takePlace(shelves, { id: price.id, place, stretch, nowMs }, fieldOf);
  return { price, place, fromMs: stretch.fromMs, toMs: undefined, predecessorId };
}

export interface Taking {
  readonly id: string;
  readonly place: Place;
  readonly stretch: Stretch;
  readonly nowMs: number;
}

/** The version before it, which ends where it begins. */
export function takePlace(
  shelves: PriceShelves,
  { id, place, stretch, nowMs }: Taking,
  fieldOf: (field: string) => string,
): string | undefined {
  const placing = placeVersion(shelves.at(place), stretch, nowMs);
  switch (placing.kind) {
    case 'placed':
      if (placing.endsId !== undefined) {
        shelves.end(place, placing.endsId, { toMs: stretch.fromMs, withNext: true });
      }
      shelves.put(place, id, placing.stretch, stretch.toMs);
      return placing.predecessorId;
    case 'in-the-past':
      throw new Refused({
        kind: 'unfit',
        field: fieldOf('valid_from'),
        reason:
          'Another version has been in force since then, and calls may have been charged by it. A price begins now ' +
          '(leave it out) or later; a wrong one is corrected for its own time.',
      });
    case 'meets': {
      const next = new Date(placing.nextFromMs).toISOString();
      throw new Refused({
        kind: 'conflict',
        reason: `Another version of the price of ${place.subject.name} begins at ${next}: end this one by then, or leave \`valid_to\` out.`,
      });
    }
  }
}

/** The one that begins next. */
function nextOn(standing: readonly Standing[], nowMs: number): string | undefined {
  const later = standing.filter(({ fromMs, toMs }) => fromMs > nowMs && (toMs === undefined || toMs > fromMs));
  return later.toSorted((left, right) => left.fromMs - right.fromMs)[0]?.id;
}

interface Viewed {
  readonly place: Place;
  readonly ownerName: string | undefined;
}

async function refuseTheUnseen(client: PoolClient, changed: readonly Viewed[]): Promise<void> {
  const [first, ...others] = changed;
  if (!first) return;
  const { book, subject } = first.place;
  const { rows } = await client.query<{ provider: string }>(
    `select p.name as provider from faregate.model m join faregate.provider p on p.id = m.provider_id where m.name = $1`,
    [subject.name],
  );
  const provider = rows[0] ? ` of ${rows[0].provider}` : '';
  const owner = first.ownerName === undefined ? 'in the platform’s list' : `for ${first.ownerName} (${book})`;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  throw new Refused({
    kind: 'conflict',
    reason: `The price of ${subject.name}${provider} ${owner} has been changed meanwhile${more}. Read the prices again and repeat the change.`,
  });
}
