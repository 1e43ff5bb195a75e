// Customer types, organizations and users: whoever pays, and by which prices.
import type { Pool, PoolClient } from 'pg';
import type {
  Administration,
  LimitsDocument,
  NewOrganization,
  NewUser,
  Organization,
  User,
} from '#ports/administration.ts';
import { filterId, insertRow, json, keeping, maybeIdOf, touched } from './noun.ts';
import { customerTypes, organizations, users } from './nouns.ts';

type Customers = Pick<Administration, 'customerTypes' | 'organizations' | 'users'>;

export function customers(pool: Pool, nextId: () => string): Customers {
  return {
    customerTypes: keeping(pool, customerTypes, nextId, {
      inserting: async (_, { name, notes, byok_allowed }) => ({ name, notes, byok_allowed }),
      changing: async (_, { name, notes, byok_allowed }) => ({ name, notes, byok_allowed }),
      changed: touchCustomers,
    }),
    organizations: keeping<Organization, NewOrganization, OrganizationFields, { status?: Organization['status'] }>(
      pool,
      organizations,
      nextId,
      {
        inserting: organizationColumns,
        inserted: async (client, id, { currency }) => {
          await insertRow(client, 'faregate.wallet', { id: nextId(), organization_id: id, currency });
        },
        changing: organizationColumns,
        changed: async (client, id) => {
          await touchKeys(client, 'organization_id', id);
        },
        conditions: ({ status }) => [['o.status = $', status]],
      },
    ),
    users: keeping<User, NewUser, UserFields, { organization?: string; status?: User['status'] }>(pool, users, nextId, {
      inserting: userColumns,
      inserted: async (client, id, { currency }) => {
        await insertRow(client, 'faregate.wallet', { id: nextId(), user_id: id, currency });
      },
      changing: async (client, change) => ({
        ...(await userColumns(client, change)),
        ...(change.status === undefined || change.status === null
          ? {}
          : { canceled_at: change.status === 'canceled' ? new Date() : null }),
      }),
      changed: async (client, id) => {
        await touchKeys(client, 'user_id', id);
      },
      conditions: async ({ organization, status }) => [
        ['u.organization_id = $', await filterId(pool, organizations, organization)],
        ['u.status = $', status],
      ],
    }),
  };
}

interface OrganizationFields {
  readonly slug?: string | null;
  readonly name?: string | null;
  readonly status?: string | null;
  readonly customer_type?: string | null;
  readonly only_priced_names?: boolean | null;
  readonly byok_policy?: Organization['byok_policy'] | null;
  readonly contact?: string | null;
  readonly notes?: string | null;
  readonly limits?: LimitsDocument | null;
}

export async function organizationColumns(client: PoolClient, fields: OrganizationFields) {
  const { slug, name, status, contact, notes, only_priced_names, byok_policy } = fields;
  const customer_type_id = await maybeIdOf(client, customerTypes, fields.customer_type, 'customer_type');
  return {
    slug,
    name,
    status,
    contact,
    notes,
    customer_type_id,
    only_priced_names,
    byok_policy,
    limits: json(fields.limits),
  };
}

interface UserFields {
  readonly email?: string | null;
  readonly username?: string | null;
  readonly organization?: string | null;
  readonly customer_type?: string | null;
  readonly role?: string | null;
  readonly status?: string | null;
  readonly limits?: LimitsDocument | null;
}

async function userColumns(client: PoolClient, fields: UserFields) {
  const { email, username, role, status } = fields;
  const organization_id = await maybeIdOf(client, organizations, fields.organization, 'organization');
  const customer_type_id = await maybeIdOf(client, customerTypes, fields.customer_type, 'customer_type');
  return { email, username, role, status, organization_id, customer_type_id, limits: json(fields.limits) };
}

// What a type allows is allowed to its customers' keys, which processes find by their owners' time of change.
async function touchCustomers(client: PoolClient, id: string): Promise<void> {
  for (const table of ['faregate.organization', 'faregate.user_profile']) {
    await client.query(`update ${table} set ${touched} where customer_type_id = $1`, [id]);
  }
}

// Processes find changed callers by their keys' time of change.
async function touchKeys(client: PoolClient, column: 'organization_id' | 'user_id', id: string): Promise<void> {
  await client.query(`update faregate.virtual_key set ${touched} where ${column} = $1`, [id]);
}
