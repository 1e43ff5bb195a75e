// An organization with everything it begins with, in one transaction, once.
import type { Pool, PoolClient } from 'pg';
import type { NewOrganization, Organization } from '#ports/administration.ts';
import type { Onboarded, OnboardingOrder, ProviderTerms } from '#ports/provider-terms.ts';
import { organizationColumns } from './customers.ts';
import { deed, Refused } from './deed.ts';
import { lockOwner } from './kept-rows.ts';
import { findRow, insertRow, noted } from './noun.ts';
import { organizations } from './nouns.ts';
import { changePlans, planRowKeeper } from './plan-rows.ts';
import { changePricing, pricingRowKeeper } from './pricing-rows.ts';

export function providerTerms(pool: Pool, nextId: () => string): ProviderTerms {
  return {
    pricingRows: pricingRowKeeper(pool, nextId),
    plans: planRowKeeper(pool),
    onboard: (actor, order) => deed(pool, (client) => onboard(client, { actor, nextId }, order)),
  };
}

interface Editor {
  readonly actor: string;
  readonly nextId: () => string;
}

async function onboard(client: PoolClient, editor: Editor, order: OnboardingOrder): Promise<Onboarded> {
  const { organization: wanted, pricing, plans, provenance } = order;
  const { actor } = editor;
  await lockOwner(client, 'onboarding', wanted.slug);
  const found = await findRow<Organization>(client, organizations, wanted.slug);
  if (found) refuseAnother(found, wanted);
  const id = found?.id ?? (await insertOrganization(client, editor, wanted));
  const created = await beginOnce(client, id);
  if (created) {
    await changePricing(client, editor, { owner: id, puts: pricing, removes: [], provenance });
    await changePlans(client, actor, { owner: id, puts: plans, removes: [], provenance });
  }
  const organization = created
    ? await noted<Organization>(client, organizations, { actor, action: 'onboard', id })
    : await findRow<Organization>(client, organizations, id);
  if (!organization) throw new Error(`The organization ${id} is gone after it was written.`);
  return { organization, created, ...(await countRows(client, id)) };
}

// Whoever sends the same again gets the same answer; whoever means somebody else must not get their prices.
function refuseAnother(found: Organization, wanted: NewOrganization): void {
  const other =
    found.name !== wanted.name ||
    (wanted.contact !== undefined && wanted.contact !== found.contact) ||
    (wanted.customer_type !== undefined &&
      ![found.customer_type?.id, found.customer_type?.name].includes(wanted.customer_type));
  if (!other) return;
  throw new Refused({ kind: 'taken', field: 'slug' });
}

async function insertOrganization(client: PoolClient, { nextId }: Editor, wanted: NewOrganization): Promise<string> {
  const id = nextId();
  await insertRow(client, organizations.table, { id, ...(await organizationColumns(client, wanted)) });
  await insertRow(client, 'faregate.wallet', { id: nextId(), organization_id: id, currency: wanted.currency });
  return id;
}

async function beginOnce(client: PoolClient, id: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'update faregate.organization set onboarded_at = clock_timestamp() where id = $1 and onboarded_at is null',
    [id],
  );
  return rowCount === 1;
}

async function countRows(client: PoolClient, id: string): Promise<{ pricing: number; plans: number }> {
  const { rows } = await client.query<{ pricing: number; plans: number }>(
    `select (select count(distinct row_id)::integer from faregate.price_version
         where book = 'organization' and owner_id = $1) as pricing,
       (select count(*)::integer from faregate.plan where organization_id = $1) as plans`,
    [id],
  );
  return rows[0] ?? { pricing: 0, plans: 0 };
}
