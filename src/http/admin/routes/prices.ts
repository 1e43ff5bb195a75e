// Prices: published, never edited.
import { z } from 'zod';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { present } from '#flows/admin/outcome.ts';
import { publishPrice } from '#flows/admin/publish-price.ts';
import { answers, created, idParams, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { newPrice, price, priceFilter } from '../schemas/prices.ts';
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
}
