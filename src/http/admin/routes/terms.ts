// The routes of one table of terms, wherever its rows stand: list, make, read, change, switch, remove.
import { z } from 'zod';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { changeTerm, createTerm, findTerm, listTerms, removeTerm } from '#flows/admin/terms/keep-terms.ts';
import type { TermsRow } from '#flows/admin/terms/table.ts';
import { answers, created, matchHeader, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { fieldsOf } from '../exact-bodies.ts';
import { listOf, page } from '../schemas/parts.ts';
import { expectedVersion, tagged } from '../versions.ts';
import { termsCsvRoutes } from './terms-csv.ts';
import { type Addressed, addressOf, scopeIn, type TermsDoor } from './terms-door.ts';

const id = z.string().min(1).max(200).describe('The row: its id, or its model or plan by name.');

export function termsRoutes<Row extends TermsRow>(scope: AdminDoor, desk: AdminDesk, door: TermsDoor<Row>): void {
  tableRoutes(scope, desk, door);
  rowRoutes(scope, desk, door);
  termsCsvRoutes(scope, desk, door);
}

function tableRoutes<Row extends TermsRow>(scope: AdminDoor, desk: AdminDesk, door: TermsDoor<Row>): void {
  const { url, table, tag, shown } = door;
  const { params, filter } = addressOf(door);
  const tags = [tag];
  const querystring = page.extend(filter.shape);
  scope.get(
    url,
    { schema: { tags, summary: `List ${tag}`, params, querystring, response: answers(listOf(shown)) } },
    async (request, reply) => {
      const { limit, cursor } = request.query;
      const at = { limit, ...(cursor === undefined ? {} : { cursor }) };
      const { items, nextCursor } = await listTerms(desk, table, scopeIn(door, request), at);
      return reply.send({ data: items.map((kept) => door.show(kept)), next_cursor: nextCursor ?? null });
    },
  );
  const adding = { tags, summary: `Add a row to ${tag}`, params, headers: onceHeader, body: door.sent };
  scope.post(url, { schema: { ...adding, response: created(shown) } }, async (request, reply) => {
    const order = { actor: request.actor, ...scopeIn(door, request), fields: fieldsOf(request) };
    const kept = await createTerm(desk, table, order);
    tagged(reply, kept);
    return reply.code(201).send(door.show(kept));
  });
}

function rowRoutes<Row extends TermsRow>(scope: AdminDoor, desk: AdminDesk, door: TermsDoor<Row>): void {
  const { table, tag } = door;
  const url = `${door.url}/:id`;
  const schema = { tags: [tag], params: addressOf(door).params.extend({ id }), response: answers(door.shown) };
  const refOf = (request: Addressed) => ({ ...scopeIn(door, request), ref: (request.params as { id: string }).id });

  scope.get(url, { schema: { ...schema, summary: `Read a row of ${tag}` } }, async (request, reply) => {
    const kept = await findTerm(desk, table, refOf(request));
    tagged(reply, kept);
    return reply.send(door.show(kept));
  });
  for (const [method, how, says, body] of [
    ['PUT', 'replace', 'Replace', door.sent],
    ['PATCH', 'merge', 'Change', door.sent.partial()],
  ] as const) {
    scope.route({
      method,
      url,
      schema: { ...schema, summary: `${says} a row of ${tag}`, headers: matchHeader, body },
      handler: async (request, reply) => {
        const order = { ...refOf(request), actor: request.actor, version: expectedVersion(request), how };
        const kept = await changeTerm(desk, table, { ...order, fields: fieldsOf(request) });
        tagged(reply, kept);
        return reply.send(door.show(kept));
      },
    });
  }
  for (const [word, says, is_enabled] of [
    ['enable', 'Switch on', true],
    ['disable', 'Switch off', false],
  ] as const) {
    const switching = { ...schema, summary: `${says} a row of ${tag}` };
    scope.post(`${url}/${word}`, { schema: switching }, async (request, reply) => {
      const order = { ...refOf(request), actor: request.actor, version: undefined, how: 'merge' } as const;
      return reply.send(door.show(await changeTerm(desk, table, { ...order, fields: { is_enabled } })));
    });
  }
  scope.delete(url, { schema: { ...schema, summary: `Remove a row of ${tag}` } }, async (request, reply) =>
    reply.send(door.show(await removeTerm(desk, table, { actor: request.actor, ...refOf(request) }))),
  );
}
