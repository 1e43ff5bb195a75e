// The same request again, where a key's configuration says so: the answer that was given before, at no charge.
import { createHash } from 'node:crypto';
import type { WireFormat } from '#core/call/wire-format.ts';
import type { Attempt } from '#core/ledger/entry.ts';
import type { CachedAnswer } from '#ports/answer-cache.ts';
import type { Door } from '#ports/door.ts';
import { dispatch, type OpenCall } from './dispatch.ts';
import { endUnanswered, ratedBy } from './end-unanswered.ts';
import type { CallFare } from './fare.ts';
import type { House } from './house.ts';
import { settleCall, unbilled } from './settle.ts';

export interface CachePlace {
  readonly key: string;
  readonly ttlMs: number;
  readonly answer: CachedAnswer | undefined;
}

/** Forms of which the body is all that is asked: files and jobs are more than their words. */
const wholeInBody: ReadonlySet<WireFormat> = new Set([
  'chat-completions',
  'responses',
  'completions',
  'embeddings',
  'moderations',
  'messages',
  'generate-content',
  'embed-content',
  'rerank',
]);

type Asking = Pick<OpenCall, 'caller' | 'call' | 'dialect' | 'fare'>;

/** `undefined` where nothing is kept. Streams are neither kept nor answered from what was. */
export function cachePlaceOf({ answers }: House, { caller, call, dialect, fare }: Asking): CachePlace | undefined {
  const ttlMs = caller.routing?.cacheTtlMs;
  if (ttlMs === undefined || call.streamed || !wholeInBody.has(call.format)) return undefined;
  const payer = caller.organizationId ?? caller.userId ?? caller.walletId;
  const asked = fare.targets
    .map(({ target, call: each }) => [target.provider.providerId, target.model, each.body, each.outputLimit ?? null])
    // Whichever of them is tried first, the same request is the same.
    .map((each) => JSON.stringify(each))
    .toSorted();
  const said = JSON.stringify([payer, dialect.name, call.format, call.name, Object.entries(call.extraHeaders), asked]);
  const key = createHash('sha256').update(said).digest('base64');
  return { key, ttlMs, answer: answers.get(key) };
}

/** What is set aside for it: nothing; its caller's other limits still count it as a request. */
export function freeFare(fare: CallFare): CallFare {
  const nothing = { numerator: 0n, denominator: 1n };
  return {
    ...fare,
    quote: { ...fare.quote, fixed: nothing, perOutputToken: nothing, outputTokensMax: 0, free: [] },
    promptTokensMax: 0,
    outputTokensMax: 0,
  };
}

/** Told to the ledger like every call: with a receipt, and a charge of zero. */
export async function answerFromCache(house: House, open: OpenCall, cached: CachedAnswer, door: Door): Promise<void> {
  const [first] = open.fare.targets;
  if (!first) throw new Error('A call without a target was answered from the cache.');
  const attempts: readonly Attempt[] = [];
  const dispatched = await dispatch(house, open, first).catch(async (error: unknown) => {
    await endUnanswered(house, open, attempts);
    throw error;
  });
  const usage = unbilled('cache_hit');
  const fare = await settleCall(house, open, dispatched, { usage, outcome: 'completed', attempts, ...ratedBy(first) });
  const headers: Record<string, string> = {
    'content-type': cached.contentType,
    'content-length': String(cached.body.length),
    'x-faregate-cache': 'hit',
  };
  for (const [name, value] of Object.entries(fare)) headers[`x-faregate-${name}`] = value;
  door.start(200, headers);
  door.end(cached.body);
}
