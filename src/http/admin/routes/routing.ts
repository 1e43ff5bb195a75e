// Configurations: the tree of nodes, what comes of it for a key, and how the targets do.
import type { AdminDesk } from '#flows/admin/desk.ts';
import { createConfigNode, showKeyConfig, showNodeConfig, updateConfigNode } from '#flows/admin/keep-config.ts';
import { change } from '#flows/admin/outcome.ts';
import { answers, idParams, matchHeader, refParams } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import {
  configNode,
  configNodeChange,
  configNodeFilter,
  configTree,
  effectiveConfig,
  newConfigNode,
  routingHealth,
} from '../schemas/routing.ts';
import { expectedVersion } from '../versions.ts';
import { resource } from './resource.ts';

const tags = ['config-nodes'];

export function routingRoutes(app: AdminDoor, desk: AdminDesk): void {
  const { configNodes } = desk.administration;
  app.get(
    '/api/v1/config-nodes/tree',
    { schema: { tags, summary: 'Show all config nodes as a tree', response: answers(configTree) } },
    async () => ({ data: await configNodes.tree() }),
  );
  resource(app, {
    path: 'config-nodes',
    noun: 'config node',
    row: configNode,
    newRow: newConfigNode,
    change: configNodeChange,
    filter: configNodeFilter,
    list: (page, filter) => configNodes.list(page, filter),
    get: (ref) => configNodes.get(ref),
    create: (actor, row) => createConfigNode(desk, actor, row),
    update: (actor, order) => updateConfigNode(desk, actor, order),
  });
  app.delete(
    '/api/v1/config-nodes/:ref',
    {
      schema: {
        tags,
        summary: 'Remove a config node with all below it; refused while keys are mounted there',
        params: refParams,
        headers: matchHeader,
        response: answers(configNode),
      },
    },
    async (request) => {
      const removed = configNodes.remove(request.actor, request.params.ref, expectedVersion(request));
      return change(desk, 'callers', 'config node', removed);
    },
  );
  app.get(
    '/api/v1/config-nodes/:ref/effective',
    {
      schema: {
        tags,
        summary: 'Show what a config node comes to, and which ancestor said what',
        params: refParams,
        response: answers(effectiveConfig),
      },
    },
    async (request) => showNodeConfig(desk, request.params.ref),
  );
  app.get(
    '/api/v1/virtual-keys/:id/effective-config',
    {
      schema: {
        tags: ['virtual-keys'],
        summary: 'Show the configuration that a key acts on, and who said what',
        params: idParams,
        response: answers(effectiveConfig),
      },
    },
    async (request) => showKeyConfig(desk, request.params.id),
  );
  app.get(
    '/api/v1/routing/health',
    {
      schema: {
        tags: ['routing'],
        summary: 'Show how the targets do as this process has seen them',
        response: answers(routingHealth),
      },
    },
    async () => healthJson(desk),
  );
}

function healthJson({ health, clock }: AdminDesk) {
  const { targets, keys } = health.view(clock.now());
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    targets: targets.map(({ target, provider, state, halfOpenAt, latencyMs, calls, failures }) => ({
      target,
      provider,
      state,
      half_open_at: halfOpenAt === undefined ? null : iso(halfOpenAt),
      latency_ms: latencyMs === undefined ? null : Math.round(latencyMs),
      calls,
      failures,
    })),
    resting_keys: keys.map(({ providerKeyId, model, until, because }) => ({
      provider_key_id: providerKeyId,
      model: model ?? null,
      because,
      until: iso(until),
    })),
  };
}
