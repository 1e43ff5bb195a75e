// Price lists against the book: proposed, looked at, approved.
import type { AdminDesk } from '#flows/admin/desk.ts';
import { approvePrices } from '#flows/admin/price-sync/approve-prices.ts';
import { syncAliases } from '#flows/admin/price-sync/sync-aliases.ts';
import { syncPrices } from '#flows/admin/price-sync/sync-prices.ts';
import { answers, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import {
  aliasReport,
  approval,
  approved,
  keptProposals,
  proposalFilter,
  syncOrder,
  syncReport,
} from '../schemas/price-sync.ts';

const tags = ['prices'];

// All public lists together are a few megabytes.
const syncBytesMax = 32 * 1_048_576;
const proposalsMax = 5_000;

export function priceSyncRoutes(app: AdminDoor, desk: AdminDesk): void {
  app.post(
    '/api/v1/prices/sync',
    {
      bodyLimit: syncBytesMax,
      schema: {
        tags,
        summary: 'Compare price lists with the book, and propose what differs',
        headers: onceHeader,
        body: syncOrder,
        response: answers(syncReport),
      },
    },
    async (request) => syncPrices(desk, request.actor, request.body),
  );
  app.post(
    '/api/v1/prices/sync/approve',
    {
      schema: {
        tags,
        summary: 'Publish proposals: all of them or none',
        headers: onceHeader,
        body: approval,
        response: answers(approved),
      },
    },
    async (request) => approvePrices(desk, request.actor, request.body.ids),
  );
  app.get(
    '/api/v1/prices/proposals',
    {
      schema: {
        tags,
        summary: `List proposals of syncs, at most ${proposalsMax}`,
        querystring: proposalFilter,
        response: answers(keptProposals),
      },
    },
    async (request) => ({
      data: [...(await desk.administration.priceProposals.list({ ...request.query, limit: proposalsMax }))],
    }),
  );
  app.post(
    '/api/v1/prices/sync-aliases',
    {
      schema: {
        tags,
        summary: 'Give aliases the price of the model that they resolve to',
        headers: onceHeader,
        response: answers(aliasReport),
      },
    },
    async (request) => syncAliases(desk, request.actor),
  );
}
