// Whose prices are meant: the organizations and customer types that a book's places name, looked up all at once.
import type { Pool, PoolClient } from 'pg';
import type { PricePlace } from '#ports/administration.ts';
import { Refused } from './deed.ts';
import { isUuid } from './sql.ts';

export interface Owner {
  readonly id: string;
  readonly name: string;
}
type Owners = Readonly<Record<'organizations' | 'customerTypes', ReadonlyMap<string, Owner>>>;

export async function readOwners(
  client: Pool | PoolClient,
  places: readonly Pick<PricePlace, 'owner'>[],
): Promise<Owners> {
  const refs = [...new Set(places.flatMap(({ owner }) => (owner === undefined ? [] : [owner])))];
  if (refs.length === 0) return { organizations: new Map(), customerTypes: new Map() };
  return {
    organizations: await readNamed(client, 'organization', 'slug', refs),
    customerTypes: await readNamed(client, 'customer_type', 'name', refs),
  };
}

async function readNamed(
  client: Pool | PoolClient,
  table: 'organization' | 'customer_type',
  unique: 'slug' | 'name',
  refs: readonly string[],
): Promise<ReadonlyMap<string, Owner>> {
  const { rows } = await client.query<Owner & { readonly ref: string }>(
    `select id, name, id::text as ref from faregate.${table} where id = any($1::uuid[])
      union all select id, name, ${unique} from faregate.${table} where ${unique} = any($2::text[])`,
    [refs.filter(isUuid), refs.filter((ref) => !isUuid(ref))],
  );
  return new Map(rows.map(({ ref, id, name }) => [ref, { id, name }]));
}

/** @throws Refused with the name of the field. */
export function ownerOf(owners: Owners, { book, owner }: PricePlace, field: string): Owner | undefined {
  switch (book) {
    case 'list':
      if (owner === undefined) return undefined;
      throw new Refused({ kind: 'unfit', field, reason: 'The list is the platform’s own: leave `owner` out.' });
    case 'organization':
    case 'negotiated':
      return found(owners.organizations, required(owner, 'an organization (id or slug)', field), field);
    case 'customer_type':
      return found(owners.customerTypes, required(owner, 'a customer type (id or name)', field), field);
    case 'promotion': {
      const ref = required(owner, 'an organization or a customer type', field);
      return owners.organizations.get(keyOf(ref)) ?? found(owners.customerTypes, ref, field);
    }
  }
}

function found(known: ReadonlyMap<string, Owner>, ref: string, field: string): Owner {
  const owner = known.get(keyOf(ref));
  if (owner) return owner;
  throw new Refused({ kind: 'unknown', field });
}

function keyOf(ref: string): string {
  return isUuid(ref) ? ref.toLowerCase() : ref;
}

function required(owner: string | undefined, what: string, field: string): string {
  if (owner !== undefined) return owner;
  throw new Refused({
    kind: 'unfit',
    field,
    reason: `A price in this book belongs to ${what}: name it in \`owner\`.`,
  });
}
