// The platform's list under the address and the fields of the documents' own price table.
import { z } from 'zod';
import { modelPriceFields } from '#core/rows/model-price.ts';
import { Failure } from '#core/failure.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import {
  changeModelPrice,
  createModelPrice,
  findModelPrice,
  modelPriceOf,
  removeModelPrice,
} from '#flows/admin/keep-model-pricing.ts';
import type { StandingPrice } from '#ports/standing-prices.ts';
import { answers, created, matchHeader, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { fieldsOf, readExactBodies } from '../exact-bodies.ts';
import { callName } from '../schemas/parts.ts';
import { newModelPrice, shownFields, shownModelPrice } from '../schemas/rows.ts';
import { expectedVersion, tagged } from '../versions.ts';
import { list } from './resource.ts';

const url = '/api/admin/model-pricing';
const tags = ['model pricing'];
const ref = z.string().min(1).max(200).describe('The row: its id, or the model’s name.');

export function modelPricingRoutes(app: AdminDoor, desk: AdminDesk): void {
  const show = (price: StandingPrice): object => ({
    ...shownFields(Object.keys(modelPriceFields), modelPriceFields, modelPriceOf(desk, price)),
    currency: price.currency,
    pricing_model: price.pricing_model,
    created_at: price.created_at,
    updated_at: price.recorded_at,
  });
  list(app, {
    url,
    tags,
    summary: 'List the platform’s prices, one row for each name',
    row: shownModelPrice,
    filter: z.strictObject({
      name: callName.describe('Name of the model or alias.').exactOptional(),
      provider: z.string().min(1).max(63).describe('Provider by name.').exactOptional(),
    }),
    async read(page, filter) {
      const listed = await desk.administration.standingPrices.list(page, filter);
      return { ...listed, items: listed.items.map(show) };
    },
  });
  void app.register(async (scope: AdminDoor) => {
    readExactBodies(scope);
    const params = z.strictObject({ ref });
    scope.get(
      `${url}/:ref`,
      { schema: { tags, summary: 'Read a row', params, response: answers(shownModelPrice) } },
      async (request, reply) => {
        const price = await findModelPrice(desk, request.params.ref);
        tagged(reply, { version: price.id });
        return reply.send(show(price));
      },
    );
    scope.post(
      url,
      {
        schema: {
          tags,
          summary: 'Give a name its price',
          headers: onceHeader,
          body: newModelPrice,
          response: created(shownModelPrice),
        },
      },
      async (request, reply) => {
        const price = await createModelPrice(desk, request.actor, fieldsOf(request));
        tagged(reply, { version: price.id });
        return reply.code(201).send(show(price));
      },
    );
    // A row is named in the address, or by `id` or `model_name` beside its fields.
    for (const [method, how, body] of [
      ['PUT', 'replace', newModelPrice],
      ['PATCH', 'merge', newModelPrice.partial()],
    ] as const) {
      for (const address of [`${url}/:ref`, url]) {
        scope.route({
          method,
          url: address,
          schema: {
            tags,
            summary: how === 'replace' ? 'Replace a row' : 'Change a row',
            ...(address === url ? {} : { params }),
            headers: matchHeader,
            body,
            response: answers(shownModelPrice),
          },
          handler: async (request, reply) => {
            const fields = fieldsOf(request);
            const named = (request.params as { readonly ref?: string }).ref ?? fields['id'] ?? fields['model_name'];
            const order = { ref: refIn(named), fields, version: expectedVersion(request), how };
            const price = await changeModelPrice(desk, request.actor, order);
            tagged(reply, { version: price.id });
            return reply.send(show(price));
          },
        });
      }
    }
    const ending = { tags, response: answers(shownModelPrice) };
    scope.delete(
      `${url}/:ref`,
      { schema: { ...ending, summary: 'End a name’s price', params } },
      async (request, reply) => reply.send(show(await removeModelPrice(desk, request.actor, request.params.ref))),
    );
    const querystring = z.strictObject({ id: ref.exactOptional(), model_name: ref.exactOptional() });
    scope.delete(
      url,
      { schema: { ...ending, summary: 'End a name’s price, named in the query', querystring } },
      async (request, reply) => {
        const { id, model_name } = request.query;
        return reply.send(show(await removeModelPrice(desk, request.actor, refIn(id ?? model_name))));
      },
    );
  });
}

function refIn(named: unknown): string {
  if (typeof named === 'string' && named !== '') return named;
  throw new Failure('invalid_parameter', 'Say which row: its `id` or its `model_name`.', { param: 'id' });
}
