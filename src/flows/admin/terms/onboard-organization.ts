// A new customer with everything that it begins with: organization, wallet, its own prices and plans. Once.
import type { Onboarded } from '#ports/provider-terms.ts';
import type { AdminDesk } from '../desk.ts';
import { completeOrder, type OrganizationOrder } from '../keep-customer.ts';
import { accomplished, makeItCount } from '../outcome.ts';

export async function onboardOrganization(
  desk: AdminDesk,
  actor: string,
  order: OrganizationOrder,
): Promise<Onboarded> {
  const { administration, identifiers, defaultTerms } = desk;
  const outcome = await administration.providerTerms.onboard(actor, {
    organization: completeOrder(order),
    pricing: defaultTerms.pricing.map((row) => ({ ...row, pricing_id: identifiers.next() })),
    plans: defaultTerms.plans.map((row) => ({ ...row, subscription_id: identifiers.next() })),
    provenance: defaultTerms.provenance,
  });
  const onboarded = accomplished(outcome, 'organization');
  await makeItCount(desk, 'callers');
  await makeItCount(desk, 'catalog');
  return onboarded;
}
