// Credentials for providers: the sealed secret goes in, and only its prefix ever comes out.
import type { Pool, PoolClient } from 'pg';
import type {
  Changes,
  KeyOwner,
  KeyValidation,
  ProviderKey,
  ProviderKeys,
  ProviderKeySettings,
  Versioned,
} from '#ports/administration.ts';
import { deed, note, reading, Refused, tell } from './deed.ts';
import {
  changeRow,
  type Columns,
  filterId,
  findRow,
  insertRow,
  json,
  listNoun,
  lockRow,
  maybeIdOf,
  noted,
} from './noun.ts';
import { organizations, providerKeys, providers, users } from './nouns.ts';
import { withTotals } from './provider-key-totals.ts';

export function providerKeyKeeper(pool: Pool): ProviderKeys {
  return {
    list: async (provider, page, { organization, user } = {}) => {
      const found = await reading(() => findRow<Versioned>(pool, providers, provider));
      if (!found) return undefined;
      const { items, ...rest } = await listNoun<ProviderKey>(pool, providerKeys, page, [
        ['k.provider_id = $', found.id],
        ['k.organization_id = $', await filterId(pool, organizations, organization)],
        ['k.user_id = $', await filterId(pool, users, user)],
      ]);
      return { items: await reading(() => withTotals(pool, items)), ...rest };
    },
    get: (provider, id) =>
      reading(async () => {
        const found = await findRow<ProviderKey>(pool, providerKeys, id);
        return found && belongs(found, provider) ? (await withTotals(pool, [found]))[0] : undefined;
      }),
    sealedOf: (id) =>
      reading(async () => {
        const { rows } = await pool.query<{ sealed: string }>(
          'select sealed from faregate.provider_key where id = $1',
          [id],
        );
        return rows[0]?.sealed;
      }),
    mayBring: (owner) => reading(() => mayBring(pool, owner)),
    noteTest: (actor, provider, id, validation) =>
      deed(pool, async (client) => {
        const before = await lockKey(client, provider, id);
        await changeRow(client, providerKeys, before.id, { ...validation, last_validated_at: new Date() });
        return noted<ProviderKey>(client, providerKeys, { actor, action: 'test', id: before.id, before });
      }),
    sealed: (provider) =>
      reading(async () => {
        const found = await findRow<Versioned>(pool, providers, provider);
        const { rows } = await pool.query<{ id: string; sealed: string }>(
          `select id, sealed from faregate.provider_key
           where provider_id = $1 and is_active and organization_id is null and user_id is null and (expires_at is null or expires_at > now())
           order by is_primary desc, weight desc, id limit 1`,
          [found?.id ?? null],
        );
        return rows[0];
      }),
    create: (actor, provider, { id, sealed, prefix, ...settings }) =>
      deed(pool, async (client) => {
        const found = await findRow<Versioned>(client, providers, provider);
        if (!found) throw new Refused({ kind: 'not-found' });
        const columns = await columnsOf(client, provider, settings);
        await insertRow(client, providerKeys.table, { id, provider_id: found.id, sealed, prefix, ...columns });
        await keepOnePrimary(client, id);
        return noted<ProviderKey>(client, providerKeys, { actor, action: 'create', id });
      }),
    update: (actor, provider, id, { sealed, prefix, ...settings }, version) =>
      deed(pool, async (client) => {
        const before = await lockKey(client, provider, id, version);
        const columns = await columnsOf(client, provider, settings);
        await changeRow(client, providerKeys, before.id, { sealed, prefix, ...columns });
        await keepOnePrimary(client, before.id);
        const action = sealed === undefined ? 'update' : 'replace_secret';
        return noted<ProviderKey>(client, providerKeys, { actor, action, id: before.id, before });
      }),
    remove: (actor, provider, id) =>
      deed(pool, async (client) => {
        const before = await lockKey(client, provider, id);
        await client.query('delete from faregate.provider_key where id = $1', [before.id]);
        await note(client, { actor, action: 'provider_key.delete', subject: `provider_key:${before.id}`, before });
        await tell(client, 'catalog');
        return before;
      }),
  };
}

async function lockKey(client: PoolClient, provider: string, id: string, version?: string): Promise<ProviderKey> {
  const key = await lockRow<ProviderKey>(client, providerKeys, id, version);
  if (!belongs(key, provider)) throw new Refused({ kind: 'not-found' });
  return key;
}

function belongs(key: ProviderKey, provider: string): boolean {
  return key.provider.id === provider || key.provider.name === provider;
}

async function columnsOf(
  client: PoolClient,
  provider: string,
  settings: Changes<ProviderKeySettings> & Partial<KeyValidation>,
): Promise<Columns> {
  const { organization, user, limits, plan, ...plain } = settings;
  return {
    ...plain,
    limits: json(limits),
    ...(plain.is_valid === undefined ? {} : { last_validated_at: new Date() }),
    plan_id: await planId(client, provider, plan),
    organization_id: await maybeIdOf(client, organizations, organization, 'organization'),
    user_id: await maybeIdOf(client, users, user, 'user'),
  };
}

async function mayBring(pool: Pool, { organization, user }: KeyOwner): Promise<boolean | undefined> {
  const [noun, ref] = user === undefined ? [organizations, organization] : [users, user];
  const found = await findRow<Versioned>(pool, noun, ref ?? '');
  if (!found) return undefined;
  const { rows } = await pool.query<{ allowed: boolean }>(
    noun === organizations
      ? `select coalesce(ct.byok_allowed, false) as allowed from faregate.organization o
          left join faregate.customer_type ct on ct.id = o.customer_type_id where o.id = $1`
      : `select coalesce(ct.byok_allowed, false) as allowed from faregate.user_profile u
          left join faregate.organization o on o.id = u.organization_id
          left join faregate.customer_type ct on ct.id = coalesce(o.customer_type_id, u.customer_type_id) where u.id = $1`,
    [found.id],
  );
  return rows[0]?.allowed;
}

// Of several plans under one name the one that counts now, or will next.
async function planId(
  client: PoolClient,
  provider: string,
  plan: string | null | undefined,
): Promise<string | null | undefined> {
  if (plan === undefined || plan === null) return plan;
  const { rows } = await client.query<{ id: string }>(
    `select l.id from faregate.plan l
      left join faregate.provider p on p.name = l.provider and (p.name = $2 or p.id::text = $2)
      where l.organization_id is null and (l.id::text = $1 or (l.plan_name = $1 and p.id is not null and l.is_enabled))
      order by l.effective_date <= current_date desc, (l.end_date is null or l.end_date >= current_date) desc,
        l.effective_date desc limit 1`,
    [plan, provider],
  );
  if (!rows[0]) throw new Refused({ kind: 'unknown', field: 'plan' });
  return rows[0].id;
}

// Among the keys of one owner for one provider.
async function keepOnePrimary(client: PoolClient, id: string): Promise<void> {
  await client.query(
    `update faregate.provider_key other set is_primary = false, updated_at = clock_timestamp()
     from faregate.provider_key chosen
     where chosen.id = $1 and chosen.is_primary and other.is_primary and other.id <> chosen.id
       and other.provider_id = chosen.provider_id
       and other.organization_id is not distinct from chosen.organization_id
       and other.user_id is not distinct from chosen.user_id`,
    [id],
  );
}
