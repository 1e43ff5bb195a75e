// What callers may ask about themselves: their key, their credits, the models they may call, the receipt of a call.
import type { IncomingMessage } from 'node:http';
import type { Route } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import { type Caller, mayCall } from '#core/keys/caller.ts';
import { zero } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import { authenticate } from '#flows/authenticate.ts';
import { generationOf } from '#flows/generation.ts';
import type { House } from '#flows/house.ts';
import type { LedgerWriter } from '#flows/jobs/write-ledger.ts';
import { viewWallet } from '#flows/view-wallet.ts';
import type { Generations } from '#ports/generations.ts';
import { bearer } from './bearer.ts';
import type { HttpDoor } from './http-door.ts';
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
  const page = pages[path] ?? (path.startsWith('/v1/models/') ? oneModel : undefined);
  if (!page) throw new Failure('not_found', `There is nothing at ${path}. Chat is at /v1/chat/completions.`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new Failure('method_not_allowed', `This address takes GET, not ${request.method ?? 'nothing'}.`);
  }
  const caller = await authenticate(house, bearer(request));
  door.json(200, await page(dependencies, caller, { path, query: new URLSearchParams(query) }));
}

type Page = (
  dependencies: AboutDependencies,
  caller: Caller,
  asked: { readonly path: string; readonly query: URLSearchParams },
) => unknown;

const pages: Readonly<Record<string, Page>> = {
  '/v1/key': keyPage,
  '/v1/credits': creditsPage,
  '/v1/models': modelsPage,
  '/v1/generation': generationPage,
};

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

function modelsPage({ house }: AboutDependencies, caller: Caller): unknown {
  const routes = [...house.snapshot.catalog.routes.values()].filter((route) => mayCall(caller, route.name));
  return { object: 'list', data: routes.map((route) => modelJson(house, caller, route)) };
}

function oneModel({ house }: AboutDependencies, caller: Caller, { path }: { readonly path: string }): unknown {
  const name = decoded(path.slice('/v1/models/'.length));
  const route = mayCall(caller, name) ? house.snapshot.catalog.routes.get(name) : undefined;
  if (!route) {
    throw new Failure('unknown_model', `The model "${name}" does not exist, or this key may not call it.`, {
      param: 'model',
    });
  }
  return modelJson(house, caller, route);
}

/** What is no encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
  { query }: { readonly query: URLSearchParams },
): Promise<unknown> {
  const id = query.get('id') ?? '';
  return { data: await generationOf({ house, writer, generations }, caller, id) };
}
