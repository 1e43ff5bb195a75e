// How long a prompt is, before it is sent: as its provider counts it, or no less than it can be. Nobody pays for it.
import { promptTokensMax } from '#core/call/bounds.ts';
import { isReachable } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import { isFields } from '#core/usage/counts.ts';
import type { TokenCounting } from '#ports/provider.ts';
import { UpstreamError, type UpstreamRequest } from '#ports/upstream.ts';
import { authenticate } from './authenticate.ts';
import { inTurn } from './choose-key.ts';
import type { House } from './house.ts';
import { planRoute } from './plan-route.ts';
import type { IncomingCall } from './serve.ts';

const answerBytesMax = 65_536;

/** @throws Failure */
export async function countTokens(house: House, { key, call }: IncomingCall): Promise<number> {
  const caller = await authenticate(house, key);
  const { targets } = planRoute(house.snapshot.catalog, { caller, call });
  for (const { target, call: asking } of targets) {
    const adapter = house.providers.get(target.provider.adapter);
    if (!adapter?.counting || !adapter.speaks.has(asking.format) || !isReachable(target.provider)) continue;
    const keys = inTurn(target.provider.credentials, house);
    // What a provider allows a key is for calls: a key that it limits is not spent on counting.
    const credential = keys.find(({ scopes }) => scopes === undefined);
    if (keys.length > 0 && !credential) continue;
    const plan = { target, credential: credential?.secret, outputLimit: undefined };
    const counted = await asked(house, adapter.counting, adapter.counting.request(asking, plan));
    if (counted !== undefined) return counted;
  }
  const bounds = targets.map(({ target, call: asking }) => promptTokensMax(asking, target));
  const known = bounds.filter((bound) => bound !== undefined);
  if (known.length === bounds.length) return Math.max(...known);
  throw new Failure('invalid_parameter', `Nothing bounds the tokens of the attached files for "${call.name}".`, {
    param: 'messages',
  });
}

/** `undefined` where the provider does not say: the bound does as well. */
async function asked(house: House, { field }: TokenCounting, request: UpstreamRequest): Promise<number | undefined> {
  try {
    const answer = await house.upstream.send(request);
    const body = await answer.body.whole(answerBytesMax);
    if (answer.status !== 200) return undefined;
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const tokens = isFields(parsed) ? parsed[field] : undefined;
    return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : undefined;
  } catch (error) {
    if (error instanceof UpstreamError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
