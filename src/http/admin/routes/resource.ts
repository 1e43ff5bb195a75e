// What is the same for every kind of row: list, make, read, change.
import type { z } from 'zod';
import { Failure } from '#core/failure.ts';
import type { Listed, Page, Versioned } from '#ports/administration.ts';
import { answers, created, matchHeader, onceHeader, refParams } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { listOf, page } from '../schemas/parts.ts';
import { expectedVersion, tagged } from '../versions.ts';

export interface Resource<Row extends Versioned, New, Change, Filter extends object> {
  /** `/api/v1/<path>`, and the group in the description. */
  readonly path: string;
  /** One of them, such as `organization`. */
  readonly noun: string;
  readonly row: z.ZodType;
  /** What is shown of it once, when it was made, if that is more. */
  readonly created?: z.ZodType;
  readonly newRow: z.ZodType<New>;
  readonly change: z.ZodType<Change>;
  readonly filter: z.ZodObject & z.ZodType<Filter>;
  list(page: Page, filter: Filter): Promise<Listed<Row>>;
  get(ref: string): Promise<Row | undefined>;
  create(actor: string, row: New): Promise<Row>;
  update(actor: string, order: { ref: string; version: string | undefined; fields: Change }): Promise<Row>;
}

export function resource<Row extends Versioned, New, Change, Filter extends object>(
  app: AdminDoor,
  kind: Resource<Row, New, Change, Filter>,
): void {
  const url = `/api/v1/${kind.path}`;
  const tags = [kind.path];
  list(app, {
    url,
    tags,
    summary: `List ${kind.path.replaceAll('-', ' ')}`,
    row: kind.row,
    filter: kind.filter,
    read: (at, filter) => kind.list(at, filter),
  });
  app.post(
    url,
    {
      schema: {
        tags,
        summary: `Create a ${kind.noun}`,
        headers: onceHeader,
        body: kind.newRow,
        response: created(kind.created ?? kind.row),
      },
    },
    async (request, reply) => {
      const row = await kind.create(request.actor, request.body as New);
      return reply.code(201).send(tagged(reply, row));
    },
  );
  app.get(
    `${url}/:ref`,
    { schema: { tags, summary: `Read a ${kind.noun}`, params: refParams, response: answers(kind.row) } },
    async (request, reply) => {
      const row = await kind.get(request.params.ref);
      if (!row) throw new Failure('not_found', `There is no such ${kind.noun}.`);
      return reply.send(tagged(reply, row));
    },
  );
  app.patch(
    `${url}/:ref`,
    {
      schema: {
        tags,
        summary: `Change a ${kind.noun}`,
        params: refParams,
        headers: matchHeader,
        body: kind.change,
        response: answers(kind.row),
      },
    },
    async (request, reply) => {
      const order = { ref: request.params.ref, version: expectedVersion(request), fields: request.body as Change };
      return reply.send(tagged(reply, await kind.update(request.actor, order)));
    },
  );
}

export interface ListRoute<Filter extends object> {
  readonly url: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly row: z.ZodType;
  readonly filter: z.ZodObject & z.ZodType<Filter>;
  readonly params?: z.ZodType;
  read(page: Page, filter: Filter, params: Readonly<Record<string, string>>): Promise<Listed<object>>;
}

export function list<Filter extends object>(app: AdminDoor, route: ListRoute<Filter>): void {
  const { url, tags, summary, row, filter, params } = route;
  const querystring = page.extend(filter.shape);
  app.get(
    url,
    {
      schema: { tags: [...tags], summary, querystring, ...(params ? { params } : {}), response: answers(listOf(row)) },
    },
    async (request, reply) => {
      const { limit, cursor, ...rest } = request.query as z.output<typeof page> & Filter;
      const at = { limit, ...(cursor === undefined ? {} : { cursor }) };
      const listed = await route.read(
        at,
        rest as unknown as Filter,
        request.params as Readonly<Record<string, string>>,
      );
      return reply.send({ data: [...listed.items], next_cursor: listed.nextCursor ?? null });
    },
  );
}
