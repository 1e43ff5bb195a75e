// Prices: published, never edited.
import { z } from 'zod';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { present } from '#flows/admin/outcome.ts';
import { approvePrice, cancelPrice, correctPrice } from '#flows/admin/change-price.ts';
import { publishPrice } from '#flows/admin/publish-price.ts';
import { reratePrices } from '#flows/rerate/rerate-prices.ts';
import { answers, created, idParams, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { corrected, newCorrection, newPrice, price, priceFilter } from '../schemas/prices.ts';
import { rerateOrder, reratings } from '../schemas/rerate.ts';
import { list } from './resource.ts';

const url = '/api/v1/prices';
const tags = ['prices'];

export function priceRoutes(app: AdminDoor, desk: AdminDesk): void {
  const { prices } = desk.administration;
  const { state: _, ...filter } = priceFilter.shape;
  list(app, {
    url,
    tags,
    summary: 'List price versions',
    row: price,
    filter: priceFilter,
    read: (page, filter) => prices.list(page, filter),
  });
  list(app, {
    url: `${url}/current`,
    tags,
    summary: 'List the prices that count now',
    row: price,
    filter: z.strictObject(filter),
    read: (page, filter) => prices.list(page, { ...filter, state: 'current' }),
  });
  list(app, {
    url: `${url}/history`,
    tags,
    summary: 'List all versions of one name’s price',
    row: price,
    filter: z.strictObject({ ...filter, name: filter.name.unwrap() }),
    read: (page, filter) => prices.list(page, filter),
  });
  app.get(
    `${url}/:id`,
    { schema: { tags, summary: 'Read a price version', params: idParams, response: answers(price) } },
    async (request) => present(await prices.get(request.params.id), 'price'),
  );
  app.post(
    url,
    {
      schema: {
        tags,
        summary: 'Publish a new version of a price',
        headers: onceHeader,
        body: newPrice,
        response: created(price),
      },
    },
    async (request, reply) => reply.code(201).send(await publishPrice(desk, request.actor, request.body)),
  );
  app.post(
    `${url}/rerate`,
    {
      schema: {
        tags,
        summary: 'Rate a period again by the prices that are known now',
        description:
          'First without a token: shows the difference for each wallet and gives one. Then with it: books an adjustment of each wallet, every call once.',
        headers: onceHeader,
        body: rerateOrder,
        response: answers(reratings),
      },
    },
    (request) => reratePrices(desk, request.actor, request.body),
  );
  app.post(
    `${url}/:id/approve`,
    {
      schema: {
        tags,
        summary: 'Approve a draft',
        description: 'It counts from its own beginning, or from now if that has passed.',
        params: idParams,
        headers: onceHeader,
        response: answers(price),
      },
    },
    (request) => approvePrice(desk, request.actor, request.params.id),
  );
  app.post(
    `${url}/:id/cancel`,
    {
      schema: {
        tags,
        summary: 'Cancel a draft, or a version that has not begun',
        description: 'The version before it goes on.',
        params: idParams,
        headers: onceHeader,
        response: answers(price),
      },
    },
    (request) => cancelPrice(desk, request.actor, request.params.id),
  );
  app.post(
    `${url}/:id/correct`,
    {
      schema: {
        tags,
        summary: 'Correct a version for its own time, or a part of it',
        description:
          'The version is superseded, also in the past. Calls that were charged by it stay as they are until their time is rated again.',
        params: idParams,
        headers: onceHeader,
        body: newCorrection,
        response: created(corrected),
      },
    },
    async (request, reply) => {
      const order = { id: request.params.id, order: request.body };
      return reply.code(201).send(await correctPrice(desk, request.actor, order));
    },
  );
}
