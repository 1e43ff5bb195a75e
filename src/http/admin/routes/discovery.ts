// What a provider offers, asked of itself.
import { z } from 'zod';
import { modelKinds } from '#core/catalog/catalog.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { discoverModels } from '#flows/admin/discover-models.ts';
import { importModels } from '#flows/admin/import-models.ts';
import { answers, onceHeader, refParams } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { currency, moneyText } from '../schemas/parts.ts';

const order = z.strictObject({
  import: z
    .strictObject({
      price_per_request: moneyText.describe('What is charged per request until somebody sets a better price.'),
      currency: currency.default('usd'),
      models: z
        .array(z.string().min(1).max(300))
        .min(1)
        .max(5_000)
        .describe('Ids as the provider knows them; all that lack something if missing.')
        .exactOptional(),
    })
    .describe('Take the missing into the catalogue, and price what has no price.')
    .exactOptional(),
});

const discovery = z
  .object({
    provider: z.string().describe('Its name.'),
    list: z.string().describe('Which of its lists answered.'),
    models: z
      .array(
        z.object({
          model_id: z.string().describe('As the provider calls it.'),
          kind: z.enum(modelKinds).describe('What it does, as far as that can be told.'),
          name: z.string().nullable().describe('Its name in the catalogue, null if it is not there.'),
          priced: z.boolean().describe('Whether the list has a price for it.'),
        }),
      )
      .describe('What it offers.'),
    imported: z.array(z.string()).describe('Names that are new in the catalogue.').exactOptional(),
    priced: z.array(z.string()).describe('Names that got the price.').exactOptional(),
    unusable: z.array(z.string()).describe('Ids that cannot be names here.').exactOptional(),
  })
  .meta({ id: 'Discovery' });

export function discoveryRoutes(app: AdminDoor, desk: AdminDesk): void {
  app.post(
    '/api/v1/providers/:ref/discover',
    {
      schema: {
        tags: ['providers'],
        summary: 'Ask a provider for its models, and import the missing',
        params: refParams,
        headers: onceHeader,
        body: order,
        response: answers(discovery),
      },
    },
    async (request) => {
      const { ref } = request.params;
      const { import: wanted } = request.body;
      if (wanted === undefined) {
        const found = await discoverModels(desk, ref);
        return { ...found, models: [...found.models] };
      }
      const done = await importModels(desk, request.actor, { provider: ref, ...wanted });
      return {
        ...done,
        models: [...done.models],
        imported: [...done.imported],
        priced: [...done.priced],
        unusable: [...done.unusable],
      };
    },
  );
}
