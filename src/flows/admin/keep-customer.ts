// Organizations and users: whoever pays gets a wallet with the first row.
import { Failure } from '#core/failure.ts';
import type { Changes, NewOrganization, NewUser, Organization, User } from '#ports/administration.ts';
import type { AdminDesk } from './desk.ts';
import { change } from './outcome.ts';
import { readCurrency, readLimits } from './read-money.ts';

export type OrganizationOrder = Omit<NewOrganization, 'slug' | 'currency'> & {
  readonly slug?: string;
  readonly currency?: string;
};

export async function createOrganization(
  desk: AdminDesk,
  actor: string,
  order: OrganizationOrder,
): Promise<Organization> {
  const row = completeOrder(order);
  return change(desk, 'callers', 'organization', desk.administration.organizations.create(actor, row));
}

/** With a slug made from the name, and amounts as they are kept. */
export function completeOrder(order: OrganizationOrder): NewOrganization {
  const { slug = slugOf(order.name), currency = 'usd', ...rest } = order;
  return { ...withLimits(rest), slug, currency: readCurrency(currency, 'currency').code };
}

export async function createUser(
  desk: AdminDesk,
  actor: string,
  { currency = 'usd', ...rest }: Omit<NewUser, 'currency'> & { readonly currency?: string },
): Promise<User> {
  const row = { ...withLimits(rest), currency: readCurrency(currency, 'currency').code };
  return change(desk, 'callers', 'user', desk.administration.users.create(actor, row));
}

export interface CustomerChange<Fields> {
  readonly ref: string;
  readonly version: string | undefined;
  readonly fields: Fields;
}

export async function updateOrganization(
  desk: AdminDesk,
  actor: string,
  { ref, version, fields }: CustomerChange<Changes<Omit<NewOrganization, 'currency'>>>,
): Promise<Organization> {
  const updated = desk.administration.organizations.update(actor, ref, withLimits(fields), version);
  return change(desk, 'callers', 'organization', updated);
}

export async function updateUser(
  desk: AdminDesk,
  actor: string,
  { ref, version, fields }: CustomerChange<Changes<Omit<NewUser, 'currency'>>>,
): Promise<User> {
  return change(desk, 'callers', 'user', desk.administration.users.update(actor, ref, withLimits(fields), version));
}

function withLimits<Fields extends { readonly limits?: NewUser['limits'] | null }>(fields: Fields): Fields {
  return fields.limits ? { ...fields, limits: readLimits(fields.limits) } : fields;
}

const slugMax = 63;

function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase();
  const slug = plain
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, slugMax)
    .replaceAll(/^-+|-+$/g, '');
  if (slug !== '') return slug;
  throw new Failure('invalid_parameter', 'No short name can be made from this name: give one, such as "acme".', {
    param: 'slug',
  });
}
