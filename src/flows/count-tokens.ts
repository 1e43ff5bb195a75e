// How long a prompt is, before it is sent: as its provider counts it, or no less than it can be. Nobody pays for it.
import { promptTokensMax } from '#core/call/bounds.ts';
import { isReachable } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import { UpstreamError, type UpstreamRequest } from '#ports/upstream.ts';
import { credentialOf } from './attempt.ts';
import { authenticate } from './authenticate.ts';
import { routeOf } from './fare.ts';
import type { House } from './house.ts';
import type { IncomingCall } from './serve.ts';

const answerBytesMax = 65_536;

/** @throws Failure */
export async function countTokens(house: House, { key, call }: IncomingCall): Promise<number> {
  const caller = await authenticate(house, key);
  const route = routeOf(house.snapshot.catalog, caller, call);
  for (const target of route.targets) {
    const adapter = house.providers.get(target.provider.adapter);
    if (!adapter?.counting || !adapter.speaks.has(call.format) || !isReachable(target.provider)) continue;
    const plan = { target, credential: credentialOf(target), outputLimit: undefined };
    const counted = await asked(house, adapter.counting.request(call, plan));
    if (counted !== undefined) return counted;
  }
  const bounds = route.targets.map((target) => promptTokensMax(call, target));
  const known = bounds.filter((bound) => bound !== undefined);
  if (known.length === bounds.length) return Math.max(...known);
  throw new Failure('invalid_parameter', `Nothing bounds the tokens of the attached files for "${call.name}".`, {
    param: 'messages',
  });
}

/** `undefined` where the provider does not say: the bound does as well. */
async function asked(house: House, request: UpstreamRequest): Promise<number | undefined> {
  try {
    const answer = await house.upstream.send(request);
    const body = await answer.body.whole(answerBytesMax);
    if (answer.status !== 200) return undefined;
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const tokens: unknown =
      typeof parsed === 'object' && parsed !== null && 'input_tokens' in parsed && parsed.input_tokens;
    return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : undefined;
  } catch (error) {
    if (error instanceof UpstreamError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
