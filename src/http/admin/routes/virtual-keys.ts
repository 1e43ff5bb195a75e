// Virtual keys.
import { createVirtualKey } from '#flows/admin/create-virtual-key.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { change } from '#flows/admin/outcome.ts';
import { rotateVirtualKey } from '#flows/admin/rotate-virtual-key.ts';
import { updateVirtualKey } from '#flows/admin/update-virtual-key.ts';
import { answers, idParams, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import {
  createdKey,
  newVirtualKey,
  rotation,
  virtualKey,
  virtualKeyChange,
  virtualKeyFilter,
} from '../schemas/virtual-keys.ts';
import { tagged } from '../versions.ts';
import { resource } from './resource.ts';

const tags = ['virtual-keys'];

export function virtualKeyRoutes(app: AdminDoor, desk: AdminDesk): void {
  const { virtualKeys } = desk.administration;
  resource(app, {
    path: 'virtual-keys',
    noun: 'virtual key',
    row: virtualKey,
    created: createdKey,
    newRow: newVirtualKey,
    change: virtualKeyChange,
    filter: virtualKeyFilter,
    list: (page, { is_active, ...filter }) =>
      virtualKeys.list(page, { ...filter, ...(is_active === undefined ? {} : { is_active: is_active === 'true' }) }),
    get: (ref) => virtualKeys.get(ref),
    create: (actor, row) => createVirtualKey(desk, actor, row),
    update: (actor, { ref, version, fields }) => updateVirtualKey(desk, actor, { id: ref, version, fields }),
  });
  app.post(
    '/api/v1/virtual-keys/:id/revoke',
    {
      schema: {
        tags,
        summary: 'Revoke a virtual key, for good',
        params: idParams,
        headers: onceHeader,
        response: answers(virtualKey),
      },
    },
    async (request, reply) => {
      const revoked = virtualKeys.revoke(request.actor, request.params.id);
      return reply.send(tagged(reply, await change(desk, 'callers', 'virtual key', revoked)));
    },
  );
  app.post(
    '/api/v1/virtual-keys/:id/rotate',
    {
      schema: {
        tags,
        summary: 'Give a virtual key a new secret; the old one goes on for a while if you want',
        params: idParams,
        headers: onceHeader,
        body: rotation,
        response: answers(createdKey),
      },
    },
    async (request, reply) => {
      const order = { id: request.params.id, graceSeconds: request.body.grace_seconds };
      return reply.send(tagged(reply, await rotateVirtualKey(desk, request.actor, order)));
    },
  );
}
