// What callers may ask about themselves: their key, their credits, the models they may call, the receipt of a call.
import type { IncomingMessage } from 'node:http';
import { isReachable, type Route } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import { type Caller, mayCall } from '#core/keys/caller.ts';
import { zero } from '#core/money/amount.ts';
import { resolveTarget } from '#core/routing/resolve.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import { authenticate } from '#flows/authenticate.ts';
import { generationOf } from '#flows/generation.ts';
import type { House } from '#flows/house.ts';
import type { LedgerWriter } from '#flows/jobs/write-ledger.ts';
import { viewWallet } from '#flows/view-wallet.ts';
import type { Dialect } from '#ports/dialect.ts';
import type { Generations } from '#ports/generations.ts';
import { decoded } from './decoded.ts';
import { deedsOfGemini } from './gemini-paths.ts';
import type { HttpDoor } from './http-door.ts';
import { keyOf } from './key-of.ts';
import { limitsJson } from './limits-json.ts';

export interface AboutDependencies {
  readonly house: House;
  readonly writer: LedgerWriter;
  readonly generations: Generations;
}

interface AboutRequest {
  readonly request: IncomingMessage;
  readonly door: HttpDoor;
  readonly path: string;
  readonly query: string;
}

export async function answerAbout(
  dependencies: AboutDependencies,
  { request, door, path, query }: AboutRequest,
): Promise<void> {
  const { house } = dependencies;
  if (path === '/') return door.json(200, { status: 'live' });
  const page = pages[path] ?? (isModelPath(path) ? oneModel : undefined);
  if (!page) throw new Failure('not_found', nothingAt(path));
  if (request.method === 'POST' && page === oneModel) throw new Failure('not_found', nothingToDo(path));
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new Failure('method_not_allowed', `This address takes GET, not ${request.method ?? 'nothing'}.`);
  }
  const caller = await authenticate(house, keyOf(request));
  const asked = { path, query: new URLSearchParams(query), dialect: door.dialect };
  door.json(200, await page(dependencies, caller, asked));
}

function nothingAt(path: string): string {
  if (path.startsWith('/v1/responses/')) {
    return `There is nothing at ${path}: responses are answered at /v1/responses, and none is kept here to be read again.`;
  }
  return `There is nothing at ${path}. Chat is at /v1/chat/completions.`;
}

function nothingToDo(path: string): string {
  return `There is nothing to be done at ${path}. Models are asked by ${deedsOfGemini.map((deed) => `:${deed}`).join(', ')}.`;
}

interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly dialect: Dialect;
}

type Page = (dependencies: AboutDependencies, caller: Caller, asked: Asked) => unknown;

const pages: Readonly<Record<string, Page>> = {
  '/v1/key': keyPage,
  '/v1/credits': creditsPage,
  '/v1/models': modelsPage,
  '/v1beta/models': modelsPage,
  '/v1/generation': generationPage,
};

const modelPath = /^\/v1(?:beta)?\/models\//;

function isModelPath(path: string): boolean {
  return modelPath.test(path);
}

async function keyPage({ house }: AboutDependencies, caller: Caller): Promise<unknown> {
  const currency = currencyOf(caller.currency);
  const own = caller.limitOwners.find((owner) => owner.label === 'virtual_key');
  const spent = await house.store.spent({ scope: `key:${caller.virtualKeyId}`, period: 'total' });
  return {
    data: {
      id: caller.virtualKeyId,
      name: caller.keyName,
      prefix: caller.keyPrefix,
      currency: currency.code,
      expires_at: caller.expiresAt === undefined ? null : new Date(caller.expiresAt).toISOString(),
      allowed_models: caller.allowedModels ?? null,
      limits: own ? limitsJson(own.limits, currency) : {},
      // Counted for keys that carry a total budget.
      budget_spent: own?.limits.budgets?.total === undefined ? null : formatAmount(spent, currency),
    },
  };
}

async function creditsPage({ house }: AboutDependencies, caller: Caller): Promise<unknown> {
  const currency = currencyOf(caller.currency);
  const view = await viewWallet(house, caller.walletId);
  const overdue = view.balance < 0n ? (-view.balance as typeof view.balance) : zero;
  return {
    data: {
      wallet_id: caller.walletId,
      currency: currency.code,
      balance: formatAmount(view.balance, currency),
      held: formatAmount(view.held, currency),
      available: formatAmount(view.available, currency),
      overdue: formatAmount(overdue, currency),
    },
  };
}

// The catalogue has hundreds of models: offered are those that some provider can be asked for here.
function modelsPage({ house }: AboutDependencies, caller: Caller, { dialect, query }: Asked): unknown {
  const routes = [...house.snapshot.catalog.routes.values()].filter(
    (route) => isThere(house, caller, route.name) && isAnswered(house, caller, route),
  );
  const list = dialect.models?.list(routes, query);
  return list ?? { object: 'list', data: routes.map((route) => modelJson(house, caller, route)) };
}

/** By the targets that the key's configuration puts in the place of the name's own, where it does. */
function isAnswered({ snapshot: { catalog } }: House, { routing }: Caller, route: Route): boolean {
  const configured = routing?.targets ?? [];
  const targets =
    configured.length === 0 ? route.targets : configured.flatMap((each) => resolveTarget(catalog, each, route.name));
  return targets.some(({ provider }) => isReachable(provider));
}

function oneModel({ house }: AboutDependencies, caller: Caller, { path, dialect }: Asked): unknown {
  const name = decoded(path.replace(modelPath, ''));
  const route = isThere(house, caller, name) ? house.snapshot.catalog.routes.get(name) : undefined;
  if (!route) {
    throw new Failure('unknown_model', `The model "${name}" does not exist, or this key may not call it.`, {
      param: 'model',
    });
  }
  return dialect.models?.one(route) ?? modelJson(house, caller, route);
}

function isThere(house: House, caller: Caller, name: string): boolean {
  if (!mayCall(caller, name)) return false;
  const { prices } = house.snapshot.catalog;
  return caller.onlyPricedNames !== true || prices.chargeFor(name, caller, house.clock.now()) !== undefined;
}

/** The caller's own prices, as they were published: text, never divided. */
function modelJson(house: House, caller: Caller, route: Route): unknown {
  const now = house.clock.now();
  const price = house.snapshot.catalog.prices.chargeFor(route.name, caller, now);
  const [target] = route.targets;
  return {
    id: route.name,
    object: 'model',
    created: Math.floor(route.createdAt / 1000),
    owned_by: route.subject === 'alias' ? 'faregate' : (target?.provider.name ?? 'faregate'),
    kind: route.kind,
    context_window: target?.contextWindow ?? null,
    max_output_tokens: target?.maxOutputTokens ?? null,
    pricing: price
      ? {
          currency: price.currency.code,
          components: [...price.components.values()]
            .flat()
            .map(({ meter, price: said, per }) => ({ meter, price: said, per })),
        }
      : null,
  };
}

async function generationPage(
  { house, writer, generations }: AboutDependencies,
  caller: Caller,
  { query }: Asked,
): Promise<unknown> {
  const id = query.get('id');
  if (id === null || id === '') {
    throw new Failure('invalid_parameter', '"id" must be the x-request-id of a call’s answer: ?id=….', { param: 'id' });
  }
  return { data: await generationOf({ house, writer, generations }, caller, id) };
}
