// The catalogue with its sources, and the import of its files.
import type { AdminDesk } from '#flows/admin/desk.ts';
import { importCatalog } from '#flows/admin/import-catalog.ts';
import { present } from '#flows/admin/outcome.ts';
import { answers, onceHeader, refParams } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import {
  assertion,
  assertionFilter,
  cataloguedModel,
  cataloguedModelDetail,
  cataloguedModelFilter,
  catalogImport,
  importReport,
  plan,
  planFilter,
  recommendation,
  recommendationFilter,
  release,
  releaseFilter,
} from '../schemas/catalog-shelf.ts';
import { list } from './resource.ts';

const tags = ['catalog'];

export function catalogFileRoutes(app: AdminDoor, desk: AdminDesk): void {
  const { catalogShelf: shelf } = desk.administration;
  list(app, {
    url: '/api/v1/catalog/models',
    tags,
    summary: 'List catalogued models with their prices',
    row: cataloguedModel,
    filter: cataloguedModelFilter,
    read: (page, filter) => shelf.models.list(page, filter),
  });
  app.get(
    '/api/v1/catalog/models/:ref',
    {
      schema: {
        tags,
        summary: 'Read a model with all that sources say of its price',
        params: refParams,
        response: answers(cataloguedModelDetail),
      },
    },
    async (request) => present(await shelf.models.get(request.params.ref), 'model'),
  );
  list(app, {
    url: '/api/v1/catalog/assertions',
    tags,
    summary: 'List what sources say of prices',
    row: assertion,
    filter: assertionFilter,
    read: (page, filter) => shelf.assertions(page, filter),
  });
  list(app, {
    url: '/api/v1/catalog/releases',
    tags,
    summary: 'List when which model came, or is announced to come',
    row: release,
    filter: releaseFilter,
    read: (page, filter) => shelf.releases(page, filter),
  });
  list(app, {
    url: '/api/v1/catalog/recommendations',
    tags,
    summary: 'List which model is recommended for what',
    row: recommendation,
    filter: recommendationFilter,
    read: (page, filter) => shelf.recommendations(page, filter),
  });
  list(app, {
    url: '/api/v1/catalog/plans',
    tags,
    summary: 'List providers’ plans',
    row: plan,
    filter: planFilter,
    read: (page, filter) => shelf.plans(page, filter),
  });
  app.post(
    '/api/v1/catalog/import',
    {
      schema: {
        tags,
        summary: 'Import catalogue files; again changes nothing',
        headers: onceHeader,
        body: catalogImport,
        response: answers(importReport),
      },
    },
    async (request) => {
      const { files, dry_run: dryRun = false } = request.body;
      const report = await importCatalog(desk, request.actor, { dryRun, ...(files === undefined ? {} : { files }) });
      return { dry_run: dryRun, ...report };
    },
  );
}
