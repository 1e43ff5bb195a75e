// Where a call may go: the targets of the name that was sent, or those that the key's configuration puts in their place.
import type { PlannedTarget } from '#core/call/bounds.ts';
import { readJsonBody } from '#core/call/json-body.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { overridden } from '#core/call/overridden.ts';
import type { Catalog, ModelKind, Route, Target } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import { type Caller, mayCall } from '#core/keys/caller.ts';
import type { ConditionFacts } from '#core/routing/condition.ts';
import type { BalanceMeasure, ConfigTarget, RoutingConfig } from '#core/routing/config.ts';
import { admitted } from '#core/routing/order.ts';
import { resolveTarget } from '#core/routing/resolve.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';

export interface WeighedTarget extends PlannedTarget {
  readonly weight: number;
}

export interface RoutePlan {
  readonly route: Route;
  readonly targets: readonly WeighedTarget[];
  /** By what the order is decided anew for each call; missing: as they stand. */
  readonly balance: BalanceMeasure | undefined;
}

export interface Planning {
  readonly caller: Caller;
  readonly call: ModelCall;
}

/** @throws Failure `unknown_model`, `invalid_parameter`. */
export function planRoute(catalog: Catalog, planning: Planning): RoutePlan {
  const { caller, call } = planning;
  const { routing } = caller;
  const found = mayCall(caller, call.name) ? catalog.routes.get(call.name) : undefined;
  if (!found || found.targets.length === 0) throw unknownModel(call);
  if (found.kind !== call.kind) {
    const does = `The model "${call.name}" ${pathOf(found.kind)}.`;
    throw new Failure('invalid_parameter', does, { param: 'model' });
  }
  if (!routing) {
    return { route: found, targets: found.targets.map((target) => ({ target, call, weight: 1 })), balance: undefined };
  }
  const targets = configuredTargets(catalog, planning, routing);
  return {
    route: { ...found, targets: targets.map(({ target }) => target) },
    targets,
    balance: routing.strategy.mode === 'loadbalance' ? routing.strategy.by : undefined,
  };
}

/** The same answer for a name that is not there and one that this key may not call. */
export function unknownModel({ name }: ModelCall): Failure {
  return new Failure('unknown_model', `The model "${name}" does not exist, or this key may not call it.`, {
    param: 'model',
  });
}

function pathOf(kind: ModelKind): string {
  const path = paths[kind];
  return path === undefined ? `is one for ${kind}, which has no address here` : `answers at ${path}`;
}

const paths: Readonly<Partial<Record<ModelKind, string>>> = {
  chat: '/v1/chat/completions',
  embedding: '/v1/embeddings',
  moderation: '/v1/moderations',
  rerank: '/v1/rerank',
  image: '/v1/images/generations',
  speech: '/v1/audio/speech',
  transcription: '/v1/audio/transcriptions',
  video: '/v1/videos',
  music: '/v1/music/generations',
};

const itself: ConfigTarget = { weight: 1, overrides: { params: {} } };

function configuredTargets(
  catalog: Catalog,
  { caller, call }: Planning,
  routing: RoutingConfig,
): readonly WeighedTarget[] {
  const { strategy } = routing;
  const said = routing.targets.length === 0 ? [itself] : routing.targets;
  const chosen = admitted(strategy, said, () => factsOf(caller, call));
  const targets = chosen.flatMap((each): readonly WeighedTarget[] => {
    const asked = overridden(call, each.overrides);
    if (asked.kind === 'no-field') {
      const message = `The configuration of this key sets ${asked.param}, and requests at this address have no field for it.`;
      throw new Failure('invalid_parameter', message, { param: `override_params.${asked.param}` });
    }
    const found = resolveTarget(catalog, each, call.name);
    const { weight } = each;
    // What another kind of call is for cannot answer this one.
    return found
      .filter((target) => (kindOf(catalog, target) ?? call.kind) === call.kind)
      .map((target) => ({ target: withTimeouts(target, routing), call: asked, weight: weight / found.length }));
  });
  const tried = strategy.mode === 'single' ? targets.slice(0, 1) : targets;
  if (tried.length > 0) return tried;
  const message = `The configuration of this key names no target that can answer "${call.name}". Ask the operator.`;
  throw new Failure('unknown_model', message, { param: 'model' });
}

function kindOf(catalog: Catalog, target: Target): ModelKind | undefined {
  return catalog.routes.get(target.name)?.kind;
}

function withTimeouts(target: Target, { headTimeoutMs, idleTimeoutMs }: RoutingConfig): Target {
  if (headTimeoutMs === undefined && idleTimeoutMs === undefined) return target;
  const { provider } = target;
  return {
    ...target,
    provider: {
      ...provider,
      headTimeoutMs: headTimeoutMs ?? provider.headTimeoutMs,
      idleTimeoutMs: idleTimeoutMs ?? provider.idleTimeoutMs,
    },
  };
}

const nothing: Fields = {};

/** Only where a condition has to be decided: most calls are never looked at like this. */
function factsOf(caller: Caller, call: ModelCall): ConditionFacts {
  const body = readJsonBody(call.body);
  const params = typeof body === 'string' ? nothing : body;
  const { metadata } = params;
  return {
    params,
    metadata: isFields(metadata) ? metadata : nothing,
    key: {
      id: caller.virtualKeyId,
      name: caller.keyName,
      organization: caller.organizationId ?? null,
      user: caller.userId ?? null,
      customer_type: caller.customerTypeId ?? null,
      currency: caller.currency,
    },
    call: {
      model: call.name,
      kind: call.kind,
      stream: call.streamed,
      prompt_bytes: call.bodyBytes,
      images: call.images,
    },
  };
}
