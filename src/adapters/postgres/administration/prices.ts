// The price book's writing side: a version is only ever added; of older ones at most the end is set, or brought forward.
import type { Pool, PoolClient } from 'pg';
import type { NewPrice, PriceRow, Prices } from '#ports/administration.ts';
import { deed, reading, Refused } from './deed.ts';
import { filterId, findRow, idOf, insertRow, listNoun, noted } from './noun.ts';
import { aliases, customerTypes, models, organizations, prices } from './nouns.ts';

export function priceKeeper(pool: Pool): Prices {
  return {
    list: async (page, { name, book, owner, state } = {}) =>
      listNoun<PriceRow>(pool, prices, page, [
        ['p.subject_name = $', name],
        ['p.book = $', book],
        ['p.owner_id = $', await filterOwner(pool, owner)],
        [`${prices.state} = $`, state],
      ]),
    get: (ref) => reading(() => findRow<PriceRow>(pool, prices, ref)),
    publish: (actor, price) =>
      deed(pool, async (client) => {
        const { subject } = price;
        if (!(await findRow(client, subject.kind === 'model' ? models : aliases, subject.name))) {
          throw new Refused({ kind: 'unknown', field: 'subject.name' });
        }
        const ownerId = await ownerOf(client, price);
        const place = await makePlace(client, price, ownerId);
        await insertRow(client, prices.table, {
          id: price.id,
          book: price.book,
          owner_id: ownerId,
          subject_kind: subject.kind,
          subject_name: subject.name,
          currency: price.currency,
          pricing_model: price.pricing_model,
          components: JSON.stringify(price.components),
          modifiers: JSON.stringify(price.modifiers),
          valid_from: place.from,
          valid_to: place.to,
          predecessor_id: place.predecessorId,
          author: actor,
          provenance: price.provenance,
        });
        return noted<PriceRow>(client, prices, { actor, action: 'publish', id: price.id });
      }),
  };
}

async function filterOwner(pool: Pool, owner: string | undefined): Promise<string | undefined> {
  const organization = await reading(() =>
    owner === undefined ? Promise.resolve(undefined) : findRow<{ id: string }>(pool, organizations, owner),
  );
  return organization?.id ?? filterId(pool, customerTypes, owner);
}

async function ownerOf(client: PoolClient, { book, owner }: NewPrice): Promise<string | undefined> {
  switch (book) {
    case 'list':
      if (owner === undefined) return undefined;
      throw new Refused({
        kind: 'unfit',
        field: 'owner',
        reason: 'The list is the platform’s own: leave `owner` out.',
      });
    case 'organization':
    case 'negotiated':
      return idOf(client, organizations, required(owner, 'an organization (id or slug)'), 'owner');
    case 'customer_type':
      return idOf(client, customerTypes, required(owner, 'a customer type (id or name)'), 'owner');
    case 'promotion': {
      const ref = required(owner, 'an organization or a customer type');
      const organization = await findRow<{ id: string }>(client, organizations, ref);
      return organization?.id ?? idOf(client, customerTypes, ref, 'owner');
    }
  }
}

function required(owner: string | undefined, what: string): string {
  if (owner !== undefined) return owner;
  throw new Refused({
    kind: 'unfit',
    field: 'owner',
    reason: `A price in this book belongs to ${what}: name it in \`owner\`.`,
  });
}

interface Neighbour {
  readonly id: string;
  readonly from: Date;
  readonly to: Date | null;
}

/** The stretch of time that is free for the new version once its predecessor has been ended. */
async function makePlace(client: PoolClient, price: NewPrice, ownerId: string | undefined) {
  const { book, subject } = price;
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `price ${book} ${ownerId ?? ''} ${subject.kind} ${subject.name}`,
  ]);
  // Whole milliseconds, as the clocks of the processes that read it count.
  const { rows: clock } = await client.query<{ now: Date }>(
    `select date_trunc('milliseconds', clock_timestamp()) as now`,
  );
  const now = clock[0]?.now ?? new Date(Number.NaN);
  const { rows } = await client.query<Neighbour>(
    `select id, valid_from as from, valid_to as to from faregate.price_version
     where book = $1 and owner_id is not distinct from $2 and subject_kind = $3 and subject_name = $4
       and (valid_to is null or valid_to > valid_from) order by valid_from`,
    [book, ownerId ?? null, subject.kind, subject.name],
  );
  const from = price.valid_from === undefined ? now : new Date(price.valid_from);
  const to = price.valid_to === undefined ? undefined : new Date(price.valid_to);
  refuseThePast(rows, from, now);

  const superseded = rows.find((each) => each.from <= from && (each.to === null || each.to > from));
  const next = rows.find((each) => each.from > from);
  if (next && to !== undefined && to > next.from) {
    throw new Refused({
      kind: 'conflict',
      reason: `Another version begins at ${next.from.toISOString()}: end this one by then, or leave \`valid_to\` out.`,
    });
  }
  if (superseded) {
    await client.query('update faregate.price_version set valid_to = $2 where id = $1', [superseded.id, from]);
  }
  const predecessor = superseded ?? rows.findLast((each) => each.from < from);
  return { from, to: to ?? next?.from, predecessorId: predecessor?.id };
}

function refuseThePast(versions: readonly Neighbour[], from: Date, now: Date): void {
  if (from >= now) return;
  if (!versions.some((each) => each.from < now && (each.to === null || each.to > from))) return;
  throw new Refused({
    kind: 'unfit',
    field: 'valid_from',
    reason: 'Calls have been charged by another version since then. A price begins now (leave it out) or later.',
  });
}
