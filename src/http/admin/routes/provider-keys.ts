// Credentials for providers: written, never read back.
import { z } from 'zod';
import { Failure } from '#core/failure.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { change, present } from '#flows/admin/outcome.ts';
import { changeProviderKey, sealProviderKey } from '#flows/admin/seal-provider-key.ts';
import { testProviderKey } from '#flows/admin/test-provider-key.ts';
import { answers, created, matchHeader, onceHeader, refParams } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import {
  countedProviderKey,
  newProviderKey,
  providerKey,
  providerKeyChange,
  providerKeyFilter,
} from '../schemas/catalog.ts';
import { expectedVersion, tagged } from '../versions.ts';
import { list } from './resource.ts';

const keyParams = refParams.extend({ id: z.uuid('This is no id.').describe('UUID of the provider key.') });
const url = '/api/v1/providers/:ref/keys';
const tags = ['provider-keys'];

export function providerKeyRoutes(app: AdminDoor, desk: AdminDesk): void {
  const { providerKeys } = desk.administration;
  list(app, {
    url,
    tags,
    summary: 'List the keys of a provider',
    row: countedProviderKey,
    filter: providerKeyFilter,
    params: refParams,
    read: async (page, filter, { ref = '' }) => {
      const listed = await providerKeys.list(ref, page, filter);
      if (!listed) throw new Failure('not_found', 'There is no such provider.');
      return listed;
    },
  });
  app.post(
    url,
    {
      schema: {
        tags,
        summary: 'Add a key of a provider',
        params: refParams,
        headers: onceHeader,
        body: newProviderKey,
        response: created(providerKey),
      },
    },
    async (request, reply) => {
      const row = await sealProviderKey(desk, request.actor, { ...request.body, provider: request.params.ref });
      return reply.code(201).send(tagged(reply, row));
    },
  );
  app.get(
    `${url}/:id`,
    { schema: { tags, summary: 'Read a provider key', params: keyParams, response: answers(countedProviderKey) } },
    async (request, reply) => {
      const { ref, id } = request.params;
      return reply.send(tagged(reply, present(await providerKeys.get(ref, id), 'provider key')));
    },
  );
  app.patch(
    `${url}/:id`,
    {
      schema: {
        tags,
        summary: 'Change a provider key, or give it a new secret',
        params: keyParams,
        headers: matchHeader,
        body: providerKeyChange,
        response: answers(providerKey),
      },
    },
    async (request, reply) => {
      const { secret, ...fields } = request.body;
      const { ref, id } = request.params;
      const order = { provider: ref, id, version: expectedVersion(request), fields };
      const row = await changeProviderKey(desk, request.actor, {
        ...order,
        ...(secret === undefined ? {} : { secret }),
      });
      return reply.send(tagged(reply, row));
    },
  );
  app.post(
    `${url}/:id/test`,
    {
      schema: {
        tags,
        summary: 'Test a provider key by a real, cheap call',
        params: keyParams,
        headers: onceHeader,
        response: answers(providerKey),
      },
    },
    async (request, reply) => {
      const { ref, id } = request.params;
      return reply.send(tagged(reply, await testProviderKey(desk, request.actor, ref, id)));
    },
  );
  app.delete(
    `${url}/:id`,
    { schema: { tags, summary: 'Remove a provider key', params: keyParams, response: answers(providerKey) } },
    async (request) => {
      const { ref, id } = request.params;
      return change(desk, 'catalog', 'provider key', providerKeys.remove(request.actor, ref, id));
    },
  );
}
