// Providers, models and aliases.
import { z } from 'zod';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { createProvider, updateProvider } from '#flows/admin/keep-provider.ts';
import { change } from '#flows/admin/outcome.ts';
import { answers, refParams } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import {
  alias,
  aliasChange,
  model,
  modelChange,
  modelFilter,
  newAlias,
  newModel,
  newProvider,
  provider,
  providerChange,
} from '../schemas/catalog.ts';
import { resource } from './resource.ts';

export function catalogRoutes(app: AdminDoor, desk: AdminDesk): void {
  const { providers, models, aliases } = desk.administration;
  resource(app, {
    path: 'providers',
    noun: 'provider',
    row: provider,
    newRow: newProvider,
    change: providerChange,
    filter: z.strictObject({}),
    list: (page) => providers.list(page),
    get: (ref) => providers.get(ref),
    create: (actor, row) => createProvider(desk, actor, row),
    update: (actor, order) => updateProvider(desk, actor, order),
  });
  resource(app, {
    path: 'models',
    noun: 'model',
    row: model,
    newRow: newModel,
    change: modelChange,
    filter: modelFilter,
    list: (page, filter) => models.list(page, filter),
    get: (ref) => models.get(ref),
    create: (actor, row) => change(desk, 'catalog', 'model', models.create(actor, row)),
    update: (actor, { ref, version, fields }) =>
      change(desk, 'catalog', 'model', models.update(actor, ref, fields, version)),
  });
  resource(app, {
    path: 'aliases',
    noun: 'alias',
    row: alias,
    newRow: newAlias,
    change: aliasChange,
    filter: z.strictObject({}),
    list: (page) => aliases.list(page),
    get: (ref) => aliases.get(ref),
    create: (actor, row) => change(desk, 'catalog', 'alias', aliases.create(actor, row)),
    update: (actor, { ref, version, fields }) =>
      change(desk, 'catalog', 'alias', aliases.update(actor, ref, fields, version)),
  });
  app.delete(
    '/api/v1/aliases/:ref',
    { schema: { tags: ['aliases'], summary: 'Remove an alias', params: refParams, response: answers(alias) } },
    async (request) => change(desk, 'catalog', 'alias', aliases.remove(request.actor, request.params.ref)),
  );
}
