// The price book's writing side: a version is only ever added; of older ones at most the end is set, or brought forward.
import type { Pool } from 'pg';
import type { PriceRow, Prices } from '#ports/administration.ts';
import { approvePrice, cancelPrice, correctPrice } from './change-prices.ts';
import { deed, reading } from './deed.ts';
import { filterId, findRow, listNoun } from './noun.ts';
import { customerTypes, organizations, prices } from './nouns.ts';
import { publishPrices } from './publish-prices.ts';

export function priceKeeper(pool: Pool, nextId: () => string): Prices {
  return {
    list: async (page, { name, book, owner, state, as_of: asOf, at } = {}) =>
      listNoun<PriceRow>(pool, prices, page, [
        ['p.subject_name = $', name],
        ['p.book = $', book],
        ['p.owner_id = $', await filterOwner(pool, owner)],
        [`${prices.state} = $`, state],
        [believed, asOf],
        [asOf === undefined ? counts : countsAsKnown(asOf), at],
      ]),
    get: (ref) => reading(() => findRow<PriceRow>(pool, prices, ref)),
    publish: (actor, price) =>
      deed(pool, async (client) => {
        const { published } = await publishPrices(client, actor, { prices: [price] }, (_, field) => field);
        const [row] = published;
        if (!row) throw new Error(`The price ${price.id} is gone after it was written.`);
        return row;
      }),
    publishAll: (actor, batch) =>
      deed(pool, (client) => publishPrices(client, actor, batch, (index, field) => `prices[${index}].${field}`)),
    approve: (actor, id) => deed(pool, (client) => approvePrice(client, actor, id)),
    cancel: (actor, id) => deed(pool, (client) => cancelPrice(client, actor, id)),
    correct: (actor, id, correction) => deed(pool, (client) => correctPrice(client, actor, { id, correction, nextId })),
  };
}

const instant = '$::timestamptz';

/** On record by then, and not yet taken back. */
const believed = `(${[
  `p.approved_at <= ${instant}`,
  `(p.superseded_at is null or p.superseded_at > ${instant})`,
  `(p.cancelled_at is null or p.cancelled_at > ${instant})`,
].join(' and ')})`;

const counts = `(p.state = 'approved' and p.is_enabled and p.valid_from <= ${instant}
  and (p.valid_to is null or p.valid_to > ${instant}))`;

/** An end that was written later was not known then: what had been recorded of it by then counts. */
function countsAsKnown(asOf: string): string {
  // Passed through Date, so that nothing but an instant can come out of it.
  const known = `timestamptz '${new Date(asOf).toISOString()}'`;
  const end = `case when p.end_recorded_at > ${known} then p.published_valid_to else p.valid_to end`;
  const next = `exists (select from faregate.price_version later
    where later.book = p.book and later.owner_id is not distinct from p.owner_id and later.subject_kind = p.subject_kind
      and later.subject_name = p.subject_name and later.is_enabled and later.approved_at <= ${known}
      and (later.superseded_at is null or later.superseded_at > ${known})
      and (later.cancelled_at is null or later.cancelled_at > ${known})
      and later.valid_from > p.valid_from and later.valid_from <= ${instant})`;
  return `(p.is_enabled and p.valid_from <= ${instant} and coalesce(${end}, 'infinity') > ${instant} and not ${next})`;
}

async function filterOwner(pool: Pool, owner: string | undefined): Promise<string | undefined> {
  const organization = await reading(() =>
    owner === undefined ? Promise.resolve(undefined) : findRow<{ id: string }>(pool, organizations, owner),
  );
  return organization?.id ?? filterId(pool, customerTypes, owner);
}
