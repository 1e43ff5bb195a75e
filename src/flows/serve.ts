// One call, start to finish: authenticate, resolve, quote, hold, attempt, meter, rate, settle.
import type { ModelCall } from '#core/call/model-call.ts';
import { Failure } from '#core/failure.ts';
import type { Attempt, DispatchedCall } from '#core/ledger/entry.ts';
import { isPricedAlike } from '#core/pricing/prepare.ts';
import { countedByRequest } from '#core/pricing/counted-as-asked.ts';
import { completeUsage } from '#core/usage/complete.ts';
import type { CallFacts, Usage } from '#core/usage/usage.ts';
import type { RenderedMedia } from '#ports/dialect.ts';
import type { Door } from '#ports/door.ts';
import { type UpstreamAnswer, UpstreamError } from '#ports/upstream.ts';
import { type Answered, attempt } from './attempt.ts';
import { authenticate } from './authenticate.ts';
import { answerFromCache, cachePlaceOf, freeFare } from './cached-answer.ts';
import type { OpenCall } from './dispatch.ts';
import { endUnanswered, ratedBy } from './end-unanswered.ts';
import { fareOf } from './fare.ts';
import { followJob } from './follow-job.ts';
import { holdFare } from './hold.ts';
import type { House } from './house.ts';
import { meterStream, payWhole } from './meter.ts';
import { outputLimitOf } from './output-limit.ts';
import { settleCall } from './settle.ts';
import { renderedMedia, spokenAnswer, spokenStream } from './translate.ts';

/** The largest whole answer that is kept in memory. */
const answerBytesMax = 64 * 1_048_576;

export interface IncomingCall {
  readonly requestId: string;
  readonly key: string | undefined;
  readonly call: ModelCall;
}

/** @throws Failure while nothing of an answer has left; afterwards the stream itself tells of it. */
export async function serve(house: House, { requestId, key, call }: IncomingCall, door: Door): Promise<void> {
  const startedAt = house.clock.now();
  let open: OpenCall | undefined;
  // From here on a stop waits for it: a call that is still being authenticated is about to be sent.
  house.live.enter({ requestId, checkpoint: () => open?.progress() });
  try {
    const caller = await authenticate(house, key);
    const { dialect } = door;
    const asked = fareOf(house, { caller, call, nowMs: startedAt });
    const cache = cachePlaceOf(house, { caller, call, dialect, fare: asked });
    const fare = cache?.answer ? freeFare(asked) : asked;
    const held = await holdFare(house, requestId, { caller, call, fare });
    house.failpoints.reach('after-hold');
    open = {
      requestId,
      caller,
      call,
      dialect,
      fare,
      held,
      startedAt,
      cache,
      admitted: false,
      dispatched: undefined,
      progress: () => undefined,
    };
    if (cache?.answer) await answerFromCache(house, open, cache.answer, door);
    else await answer(house, open, door);
  } finally {
    house.live.leave(requestId);
  }
}

async function answer(house: House, open: OpenCall, door: Door): Promise<void> {
  const attempts: Attempt[] = [];
  let answered: Answered;
  const impatience = impatienceOf(open, door);
  try {
    answered = await attempt(house, open, attempts, impatience?.signal);
  } catch (error) {
    await endUnanswered(house, open, attempts);
    throw error;
  } finally {
    impatience?.end();
  }
  if (open.call.streamed && isEventStream(answered)) await passStream(house, open, answered, attempts, door);
  else await passWhole(house, open, answered, attempts, door);
  house.failpoints.reach('after-answer-end');
}

/**
 * Only a stream is given up when its caller hangs up before the first byte; a whole answer is billed in any case. What the
 * provider has begun may be one, also where a stream was asked for.
 */
function impatienceOf({ call, fare }: OpenCall, door: Door): { signal: AbortSignal; end(): void } | undefined {
  const drains = fare.route.targets.some((target) => target.provider.onHangUp === 'drain');
  if (!call.streamed || drains) return undefined;
  const impatience = new AbortController();
  const giveUp = (): void => impatience.abort();
  if (door.hungUp.aborted) giveUp();
  else door.hungUp.addEventListener('abort', giveUp, { once: true });
  return { signal: impatience.signal, end: () => door.hungUp.removeEventListener('abort', giveUp) };
}

async function passWhole(
  house: House,
  open: OpenCall,
  answered: Answered,
  attempts: Attempt[],
  door: Door,
): Promise<void> {
  const { answer, provider, priced, media } = answered;
  const dispatched = dispatchedOf(open);
  const { expected } = dispatched;
  let body: Buffer;
  try {
    body = await answer.body.whole(answerBytesMax);
    if (media?.following) body = await followJob(house, answered, media.following, body);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    house.health.failed(priced.target, house.clock.now());
    // The provider answered, so it bills; how much, it did not live to say.
    const usage = completeUsage(undefined, {
      prompt_tokens: dispatched.promptTokensEstimate,
      completion_tokens: 0,
      expected,
      method: 'broken_answer',
    });
    await settleCall(house, open, dispatched, { usage, outcome: 'broken', attempts, ...ratedBy(priced) });
    throw brokenFailure(error);
  }
  house.failpoints.reach('after-answer');
  const reported = (media ?? provider).usageOf(open.call, body, answer.headers);
  const completed = completeUsage(reported, {
    prompt_tokens: dispatched.promptTokensEstimate,
    // However large the JSON around it is, a provider that keeps to its limit has made no more.
    completion_tokens: Math.min(Math.ceil(body.length / 4), outputLimitOf(open) * open.call.choices),
    expected,
    method: expected ? 'request' : 'answer_bytes',
  });
  const usage = countedByRequest(completed, open.call.expected, [priced.charge.price, priced.cost.price]);
  const abandoned = door.hungUp.aborted;
  const answeredFacts = factsAnswered(open, answered, body);
  const isPaid = !open.held.sliced || (await payWhole(house, open, answered, usage.completion_tokens, door));
  const fare = await settleCall(house, open, withFacts(dispatchedOf(open), answeredFacts), {
    usage: abandoned ? { ...usage, flags: [...usage.flags, 'drained'] } : usage,
    outcome: isPaid ? (abandoned ? 'abandoned' : 'completed') : 'cut_off',
    attempts,
    ...ratedBy(priced),
    firstByteMs: house.clock.now() - open.startedAt,
  });
  const { body: said, contentType } = spoken(open, answered, { body, headers: answer.headers, usage });
  const headers: Record<string, string> = { 'content-type': contentType, 'content-length': String(said.length) };
  for (const [name, value] of Object.entries(fare)) headers[`x-faregate-${name}`] = value;
  if (open.cache) {
    headers['x-faregate-cache'] = 'miss';
    if (isWorthKeeping(answer.status, usage) && !isCutByWallet(open, usage)) {
      const contentType = headers['content-type'] ?? 'application/json';
      house.answers.put(open.cache.key, { body: said, contentType }, open.cache.ttlMs);
    }
  }
  door.start(answer.status, { ...headers, ...limitHeader(open) });
  door.end(said);
}

/** Only those that the prices have a price for: none may make the call free that was held for. */
function factsAnswered({ call, dispatched }: OpenCall, { provider, priced }: Answered, body: Buffer) {
  const told = call.media && provider.answeredFacts?.(call, body);
  if (!told || !dispatched) return undefined;
  const { facts } = dispatched;
  return [priced.charge, priced.cost].every(({ price }) => isPricedAlike(price, facts, { ...facts, ...told }))
    ? told
    : undefined;
}

/** The same object where nothing is new: it is written down once. */
function withFacts(dispatched: DispatchedCall, facts: Partial<CallFacts> = {}): DispatchedCall {
  if (Object.keys(facts).length === 0) return dispatched;
  return { ...dispatched, facts: { ...dispatched.facts, ...facts } };
}

interface WholeAnswer {
  readonly body: Buffer;
  readonly headers: UpstreamAnswer['headers'];
  readonly usage: Usage;
}

/** In the caller's dialect. */
function spoken(open: OpenCall, answered: Answered, whole: WholeAnswer): RenderedMedia {
  const { translation, media, plan } = answered;
  if (media) return renderedMedia(open, media, { ...whole, credential: plan.credential });
  if (!translation) return { body: whole.body, contentType: contentTypeOf(answered) };
  return { body: spokenAnswer(open, translation, whole.body, whole.usage), contentType: 'application/json' };
}

async function passStream(
  house: House,
  open: OpenCall,
  answered: Answered,
  attempts: Attempt[],
  door: Door,
): Promise<void> {
  const { answer, priced, translation } = answered;
  const firstByteMs = house.clock.now() - open.startedAt;
  const type = answered.provider.streamType === undefined ? contentTypeOf(answered) : eventStream;
  const headers = { 'content-type': type, 'cache-control': 'no-cache' };
  door.start(answer.status, { ...headers, ...limitHeader(open) });
  const heard = answered.provider.stream(open.call);
  const { reader, words } = translation ? spokenStream(open, heard, translation) : { reader: heard, words: door.words };
  const metered = await meterStream(house, open, answered, { reader, words }, door);
  house.failpoints.reach('after-answer');
  const { outcome, lastEvent, usageEvent, cause } = metered;
  if (outcome === 'broken') house.health.failed(priced.target, house.clock.now());
  const usage = countedByRequest(metered.usage, open.call.expected, [priced.charge.price, priced.cost.price]);
  const fare = await settleCall(house, open, dispatchedOf(open), {
    usage,
    outcome,
    attempts,
    ...ratedBy(priced),
    firstByteMs,
  });
  switch (outcome) {
    case 'completed':
      if (open.call.usageWanted) void door.write(words.withFare(usageEvent, usage, fare));
      door.end(words.done);
      return;
    case 'cut_off':
      void door.write(words.cutOff(lastEvent, open.call.choices));
      if (open.call.usageWanted) void door.write(words.usage(lastEvent, usage, fare));
      door.end(words.done);
      return;
    case 'broken':
      door.end(metered.failureTold ? '' : words.failure(brokenFailure(cause)));
      return;
    case 'abandoned':
      door.end();
      return;
  }
}

/** Whole, and one that its provider stands by: a bill for nothing may be a failure in other words. */
function isWorthKeeping(status: number, { status: known }: Usage): boolean {
  return status === 200 && (known === 'reported' || known === 'partial' || known === 'estimated');
}

/** What the wallet has cut short is not what was asked for: an answer that came to the limit which that set may be. */
function isCutByWallet({ held }: OpenCall, { status, completion_tokens }: Usage): boolean {
  return held.clamped && (status !== 'reported' || completion_tokens >= held.outputTokens);
}

function brokenFailure(cause: UpstreamError | undefined): Failure {
  const timedOut = cause?.kind === 'timeout';
  return new Failure(
    timedOut ? 'upstream_timeout' : 'upstream_failed',
    cause?.message ?? 'The provider broke the answer off.',
    { cause },
  );
}

function dispatchedOf(open: OpenCall) {
  if (!open.dispatched) throw new Error('A call was answered that was never dispatched.');
  return open.dispatched;
}

/** Some upstreams answer a call for a stream with a whole answer. */
function isEventStream(answered: Answered): boolean {
  return contentTypeOf(answered).startsWith(answered.provider.streamType ?? eventStream);
}

const eventStream = 'text/event-stream';

/** Says to what the wallet has lowered the limit of each choice. */
function limitHeader({ held }: OpenCall): Readonly<Record<string, string>> {
  return held.clamped ? { 'x-faregate-output-limit': String(held.outputTokens) } : {};
}

function contentTypeOf({ answer }: Answered): string {
  const type = answer.headers['content-type'];
  return typeof type === 'string' ? type : 'application/json';
}
