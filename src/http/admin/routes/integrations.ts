// Organizations with their own prices and plans, and the platform's plans.
import { z } from 'zod';
import { planFields, type PlanRow } from '#core/rows/plan-row.ts';
import { flatPricingRow, pricingFields, pricingWarnings, type PricingRow } from '#core/rows/pricing-row.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { onboardOrganization } from '#flows/admin/terms/onboard-organization.ts';
import { resetTerms } from '#flows/admin/terms/reset-terms.ts';
import { planTable, pricingTable } from '#flows/admin/terms/table.ts';
import type { KeptRow } from '#ports/provider-terms.ts';
import { answers, created, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { readExactBodies } from '../exact-bodies.ts';
import { newOrganization, organization } from '../schemas/customers.ts';
import {
  newPlan,
  newPricing,
  planCsvColumns,
  pricingCsvColumns,
  shownFields,
  shownPlan,
  shownPricing,
} from '../schemas/rows.ts';
import { termsParams } from './terms-door.ts';
import { termsRoutes } from './terms.ts';

const integrations = '/api/v1/integrations/:org_slug/:provider';

export function integrationRoutes(app: AdminDoor, desk: AdminDesk): void {
  onboardingRoute(app, desk);
  resetRoutes(app, desk);
  void app.register(async (scope: AdminDoor) => {
    readExactBodies(scope);
    const ofOrganization = ({ org_slug = '', provider = '' }: Readonly<Record<string, string>>) => ({
      organization: org_slug,
      provider,
    });
    termsRoutes(scope, desk, {
      url: `${integrations}/pricing`,
      tag: 'organization pricing',
      table: pricingTable,
      sent: newPricing,
      shown: shownPricing,
      csvColumns: pricingCsvColumns,
      show: showPricing,
      scopeOf: ofOrganization,
    });
    const plans = { table: planTable, sent: newPlan, shown: shownPlan, csvColumns: planCsvColumns, show: showPlan };
    termsRoutes(scope, desk, {
      ...plans,
      url: `${integrations}/subscriptions`,
      tag: 'organization subscriptions',
      scopeOf: ofOrganization,
    });
    termsRoutes(scope, desk, {
      ...plans,
      url: '/api/v1/plans',
      tag: 'plans',
      scopeOf: ({ provider }) => ({ organization: null, ...(provider === undefined ? {} : { provider }) }),
    });
  });
}

function showPricing({ row, created_at, updated_at }: KeptRow<PricingRow>): object {
  const fields = shownFields(pricingCsvColumns, pricingFields, flatPricingRow(row));
  return { ...fields, warnings: pricingWarnings(row), created_at, updated_at };
}

function showPlan({ row, created_at, updated_at }: KeptRow<PlanRow>): object {
  return { ...shownFields(planCsvColumns, planFields, { ...row }), created_at, updated_at };
}

const onboarded = z
  .object({
    organization,
    pricing: z.int().describe('Rows of prices that it began with, and those added since.'),
    subscriptions: z.int().describe('Rows of plans that it has.'),
  })
  .meta({ id: 'OnboardedOrganization' });

const newOnboarding = newOrganization.extend({
  org_slug: newOrganization.shape.slug
    .unwrap()
    .describe('Another name for `slug`, which goes before it.')
    .exactOptional(),
});

function onboardingRoute(app: AdminDoor, desk: AdminDesk): void {
  app.post(
    '/api/v1/organizations/onboard',
    {
      schema: {
        tags: ['organizations'],
        summary: 'Create an organization with the default prices and plans, once',
        headers: onceHeader,
        body: newOnboarding,
        response: { ...created(onboarded), ...answers(onboarded) },
      },
    },
    async (request, reply) => {
      const { org_slug, ...order } = request.body;
      const wanted = { ...(org_slug === undefined ? {} : { slug: org_slug }), ...order };
      const { created: isNew, plans, ...rest } = await onboardOrganization(desk, request.actor, wanted);
      return reply.code(isNew ? 201 : 200).send({ ...rest, subscriptions: plans });
    },
  );
}

const resetDone = z
  .object({
    restored: z.int().describe('Default rows that are there now as they were.'),
    removed: z.int().describe('Rows that no default stands for.'),
    custom_kept: z.int().describe('Rows that a person added, left alone.'),
    skipped: z.array(z.string()).describe('Defaults whose place a custom row holds: provider and name.'),
  })
  .meta({ id: 'ResetTerms' });

function resetRoutes(app: AdminDoor, desk: AdminDesk): void {
  for (const [path, noun, reset] of [
    ['pricing', 'prices', (said: Resetting) => resetTerms(desk, pricingTable, said)],
    ['subscriptions', 'plans', (said: Resetting) => resetTerms(desk, planTable, said)],
  ] as const) {
    app.post(
      `${integrations}/${path}/reset`,
      {
        schema: {
          tags: [`organization ${path}`],
          summary: `Restore the default ${noun}; custom ones stay`,
          params: z.strictObject(termsParams),
          headers: onceHeader,
          response: answers(resetDone),
        },
      },
      async ({ actor, params: { org_slug, provider } }, reply) =>
        reply.send(await reset({ actor, organization: org_slug, provider })),
    );
  }
}

interface Resetting {
  readonly actor: string;
  readonly organization: string;
  readonly provider: string;
}
