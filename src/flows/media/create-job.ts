// Begins a job: authenticate, plan, quote, hold, dispatch, submit. Once the provider has taken it, the keeper has it.
import { quotable, unquoted } from '#core/call/quotable.ts';
import type { Credential, Target } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import type { Attempt, DispatchedCall } from '#core/ledger/entry.ts';
import type { BatchOrder } from '#core/call/batch.ts';
import type { MediaJob, WorkKind } from '#core/call/media-job.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import type { Caller } from '#core/keys/caller.ts';
import type { Dialect } from '#ports/dialect.ts';
import type { Acceptance, JobPlace } from '#ports/media-jobs.ts';
import type { ProviderFailure } from '#ports/provider.ts';
import { type UpstreamAnswer, UpstreamError, type UpstreamRequest } from '#ports/upstream.ts';
import { chooseKey, type KeyChoice } from '../choose-key.ts';
import { dispatch, type OpenCall } from '../dispatch.ts';
import { endUnanswered } from '../end-unanswered.ts';
import { estimateEntries } from '../estimate.ts';
import { UnitsForNow } from '../estimate-units.ts';
import { type CallFare, fareOf, type PricedTarget } from '../fare.ts';
import { freeWanted, holdFare } from '../hold.ts';
import type { MediaDesk } from './desk.ts';
import type { JobKeeper } from './keep-jobs.ts';
import { credentialFor, placeAt } from './place.ts';
import { type MediaAsked, mustBePriced, planJob } from './plan-job.ts';

const answerBytesMax = 8 * 1_048_576;

/** Each is asked about again and again, by this process alone. */
const openJobsMax = 20_000;

/** Longer than any provider is known to take. */
const deadlineMs = 6 * 3_600_000;

export interface IncomingJob extends MediaAsked {
  readonly requestId: string;
  readonly caller: Caller;
  readonly dialect: Dialect;
  /** The key with which what is made anew was made. */
  readonly providerKeyId?: string;
  /** Our id of what is made anew. */
  readonly remixedFrom?: string;
}

/** What is to be begun, and who can do it. */
export interface Undertaking extends Pick<
  IncomingJob,
  'requestId' | 'caller' | 'dialect' | 'providerKeyId' | 'remixedFrom'
> {
  readonly kind: WorkKind;
  readonly call: ModelCall;
  readonly consumes: NonNullable<DispatchedCall['job']>;
  /** In the order in which they are tried; all make the same thing. */
  readonly candidates: readonly JobCandidate[];
  /** @throws Failure when it may not be begun at this fare. */
  mustSuit(fare: CallFare): void;
  readonly deadlineMs: number;
  readonly batch?: BatchOrder;
}

export interface JobCandidate {
  readonly target: Target;
  readonly adapter: string;
  /** What the provider must have first; costs nothing. */
  readonly upload?: {
    request(place: JobPlace): UpstreamRequest;
    /** `undefined` when the answer does not say that it has it. */
    accepted(body: Buffer): string | undefined;
  };
  submit(place: JobPlace, uploaded: string): UpstreamRequest;
  accepted(body: Buffer): Acceptance | ProviderFailure | undefined;
  failure(status: number, headers: UpstreamAnswer['headers'], body: Buffer): ProviderFailure;
}

/** @throws Failure; then nothing was begun, or what may have been begun is charged as an estimate. */
export function createJob(desk: MediaDesk, keeper: JobKeeper, incoming: IncomingJob): Promise<MediaJob> {
  return beginJob(
    desk,
    keeper,
    () => {
      const planned = planJob(desk, incoming.caller, incoming);
      const { call, quantities } = planned;
      const candidates = planned.candidates.map(({ target, adapter, request }): JobCandidate => {
        const { kind } = request;
        const seconds = request.seconds === undefined ? {} : { seconds: request.seconds };
        const asked = { kind, quantities, fromImage: request.image !== undefined, ...seconds };
        return {
          target,
          adapter: adapter.name,
          submit: (place) => adapter.submit(request, place),
          accepted: (body) => adapter.accepted(body, asked),
          failure: (status, headers, body) => adapter.failure(status, headers, body),
        };
      });
      const { kind } = incoming.request;
      const mustSuit = (fare: CallFare) => mustBePriced(planned, fare);
      return { ...incoming, kind, call, consumes: { quantities }, candidates, mustSuit, deadlineMs };
    },
    incoming.requestId,
  );
}

/** @throws Failure; then nothing was begun, or what may have been begun is charged as an estimate. */
export async function beginJob(
  desk: MediaDesk,
  keeper: JobKeeper,
  plan: () => Undertaking | Promise<Undertaking>,
  requestId: string,
): Promise<MediaJob> {
  const { house } = desk;
  const startedAt = house.clock.now();
  if (keeper.size >= openJobsMax) {
    const message = 'Too many jobs are under way here. Try again when some of them are done.';
    throw new Failure('rate_limited', message, { limitSource: 'jobs', retryAfterMs: 10_000 });
  }
  // A stop waits until it is known whether the provider has taken it.
  house.live.enter({ requestId, checkpoint: () => undefined });
  try {
    const planned = await plan();
    const { caller, call } = planned;
    const fare = fareOf(house, { caller, call, nowMs: startedAt });
    planned.mustSuit(fare);
    const held = await holdFare(house, requestId, { caller, call, fare });
    house.failpoints.reach('after-hold');
    const open: OpenCall = {
      requestId,
      caller,
      call,
      dialect: planned.dialect,
      fare,
      held,
      startedAt,
      cache: undefined,
      admitted: false,
      dispatched: undefined,
      progress: () => undefined,
      job: planned.consumes,
    };
    const taken = await submit(desk, open, planned);
    const job = jobOf(open, planned, taken);
    return await keeper.begin(job, taken.acceptance.reading);
  } finally {
    house.live.leave(requestId);
  }
}

interface Taken {
  readonly acceptance: Acceptance;
  readonly candidate: JobCandidate;
  readonly dispatched: DispatchedCall;
  readonly providerKeyId: string | undefined;
}

async function submit(desk: MediaDesk, open: OpenCall, planned: Undertaking): Promise<Taken> {
  const attempts: Attempt[] = [];
  let last: Failure | undefined;
  try {
    for (const candidate of planned.candidates) {
      const priced = ofPlatform(open.fare.targets, candidate);
      if (!priced) continue;
      const chosen = await keyFor(desk, open, planned, priced);
      if (chosen.kind === 'none') {
        last = chosen.failure;
        continue;
      }
      const { credential } = chosen;
      const dispatched = await dispatch(desk.house, open, priced, credential);
      const tried = await tryOne(desk, open, { candidate, credential, dispatched, attempts });
      if ('acceptance' in tried) return tried;
      last = tried.failure;
      if (tried.next === 'give-up') break;
      if (tried.next === 'lost') throw new Lost(last, dispatched);
    }
    throw last ?? new Failure('internal', 'The route has no target.');
  } catch (error) {
    if (error instanceof Lost) {
      await chargeLost(desk, error.dispatched);
      throw error.cause;
    }
    await endUnanswered(desk.house, open, attempts);
    throw error;
  }
}

/** A job is asked about for hours, and by keys of the platform alone. */
function ofPlatform(targets: readonly PricedTarget[], { target }: JobCandidate): PricedTarget | undefined {
  return targets.find(
    (each) =>
      each.ownKey === undefined &&
      each.target.name === target.name &&
      each.target.provider.providerId === target.provider.providerId,
  );
}

/** What is made anew is known to the key alone with which it was made. */
async function keyFor(
  { house }: MediaDesk,
  open: OpenCall,
  { providerKeyId }: Undertaking,
  { target }: PricedTarget,
): Promise<KeyChoice> {
  if (providerKeyId === undefined) return chooseKey(house, open, { target, passed: noKeys });
  return { kind: 'chosen', credential: credentialFor(target.provider, providerKeyId) };
}

const noKeys: ReadonlySet<string> = new Set();

/** It may have been taken, and is charged for that; the cause is what the caller is told. */
class Lost extends Error {
  readonly dispatched: DispatchedCall;

  constructor(cause: unknown, dispatched: DispatchedCall) {
    super('A job was lost.', { cause });
    this.dispatched = dispatched;
  }
}

type Tried = Taken | { readonly failure: Failure; readonly next: 'next-target' | 'give-up' | 'lost' };

interface Try {
  readonly candidate: JobCandidate;
  readonly credential: Credential | undefined;
  readonly dispatched: DispatchedCall;
  readonly attempts: Attempt[];
}

async function tryOne({ house }: MediaDesk, open: OpenCall, tried: Try): Promise<Tried> {
  const { candidate, credential, dispatched, attempts } = tried;
  const { target } = candidate;
  const startedAt = house.clock.now();
  const note = (outcome: Attempt['outcome'], more: { status?: number; error?: string } = {}): void => {
    const latencyMs = house.clock.now() - startedAt;
    const key = credential === undefined ? {} : { providerKeyId: credential.providerKeyId };
    const { provider, name: model } = target;
    attempts.push({ provider: provider.name, model, ...key, outcome, ...more, startedAt, latencyMs });
  };
  const refusal = ({ status, headers }: UpstreamAnswer, body: Buffer): Tried => {
    const said = quotable(candidate.failure(status, headers, body), credential?.secret);
    note(status >= 500 || status === 429 ? 'failed' : 'refused', { status, error: said.message });
    return refusedWith(status, said);
  };
  const { extraHeaders } = open.call;
  const place = placeAt(target.provider, { model: target.model, credential, nowMs: startedAt, extraHeaders });
  let uploaded = '';
  if (candidate.upload) {
    const sent = await upload(house, candidate.upload, place);
    if ('error' in sent) {
      note(sent.error.kind === 'timeout' ? 'timed_out' : 'failed', { error: sent.error.message });
      // Of a file alone nothing is billed, whoever has it.
      const kind = sent.error.kind === 'timeout' ? 'upstream_timeout' : 'upstream_failed';
      return { failure: new Failure(kind, sent.error.message, { cause: sent.error }), next: 'next-target' };
    }
    const { answer, body } = sent;
    if (answer.status >= 300) {
      const refused = refusal(answer, body);
      return 'next' in refused && refused.next === 'lost' ? { ...refused, next: 'next-target' } : refused;
    }
    const named = candidate.upload.accepted(body);
    if (named === undefined) {
      note('failed', { status: answer.status, error: 'The answer names no file.' });
      const message = 'The provider answered in words that are not understood.';
      return { failure: new Failure('upstream_failed', message), next: 'next-target' };
    }
    uploaded = named;
  }
  let isTaken = false;
  try {
    const answer = await house.upstream.send(candidate.submit(place, uploaded));
    house.failpoints.reach('after-answer-head');
    const body = unquoted(await answer.body.whole(answerBytesMax), credential?.secret);
    if (answer.status >= 300) return refusal(answer, body);
    isTaken = true;
    const acceptance = candidate.accepted(body);
    if (!acceptance) {
      note('failed', { status: answer.status, error: 'The answer names no job.' });
      const message = 'The provider answered in words that are not understood. The job is charged as estimated.';
      return { failure: new Failure('upstream_failed', message, { shouldRetry: false }), next: 'lost' };
    }
    if ('message' in acceptance) {
      note('refused', { status: answer.status, error: acceptance.message });
      return refusedWith(400, acceptance);
    }
    note('answered', { status: answer.status });
    return { acceptance, candidate, dispatched, providerKeyId: credential?.providerKeyId };
  } catch (error) {
    // A bug of ours is no reason for a job to be free.
    if (isTaken) throw new Lost(error, dispatched);
    if (!(error instanceof UpstreamError)) throw error;
    note(error.kind === 'timeout' ? 'timed_out' : 'failed', { error: error.message });
    return unansweredWith(error);
  }
}

type Sent = { readonly answer: UpstreamAnswer; readonly body: Buffer } | { readonly error: UpstreamError };

async function upload(
  { upstream }: MediaDesk['house'],
  file: NonNullable<JobCandidate['upload']>,
  place: JobPlace,
): Promise<Sent> {
  try {
    const answer = await upstream.send(file.request(place));
    return { answer, body: unquoted(await answer.body.whole(answerBytesMax), place.credential) };
  } catch (error) {
    if (error instanceof UpstreamError) return { error };
    throw error;
  }
}

function refusedWith(status: number, said: { message: string; param?: string; retryAfterMs?: number }): Tried {
  const detail = {
    upstreamStatus: status,
    ...(said.param === undefined ? {} : { param: said.param }),
    ...(said.retryAfterMs === undefined ? {} : { retryAfterMs: said.retryAfterMs }),
  };
  if (status === 401 || status === 402 || status === 403) {
    const message = 'The provider refused our credential. The operator has to look at its provider key.';
    return { failure: new Failure('upstream_failed', message, { ...detail, shouldRetry: false }), next: 'next-target' };
  }
  if (status === 429)
    return { failure: new Failure('upstream_rate_limited', said.message, detail), next: 'next-target' };
  // Whoever stands before the provider has given up waiting for it: it may have taken the job.
  if (status === 504) return { failure: new Failure('upstream_timeout', said.message, detail), next: 'lost' };
  // Whoever is sent elsewhere has not been served, and nobody follows.
  if (status < 400 || status === 408 || status === 409 || status >= 500) {
    return { failure: new Failure('upstream_failed', said.message, detail), next: 'next-target' };
  }
  return { failure: new Failure('upstream_refused', said.message, detail), next: 'give-up' };
}

function unansweredWith(error: UpstreamError): Tried {
  if (error.kind === 'unreachable') {
    return { failure: new Failure('upstream_unreachable', error.message, { cause: error }), next: 'next-target' };
  }
  const message = `${error.message} It may have taken the job, which is charged as estimated.`;
  const kind = error.kind === 'timeout' ? 'upstream_timeout' : 'upstream_failed';
  return { failure: new Failure(kind, message, { cause: error, shouldRetry: false }), next: 'lost' };
}

function jobOf(open: OpenCall, { kind, remixedFrom, batch, ...planned }: Undertaking, taken: Taken): MediaJob {
  const { acceptance, candidate, dispatched, providerKeyId } = taken;
  const { size, resolution, quality, duration, audio } = open.fare.facts;
  return {
    call: dispatched,
    hold: {
      money: open.held.granted,
      slots: open.held.scopes.slots,
      free: (freeWanted({ fare: open.fare, walletId: open.caller.walletId }, 0, 0).free ?? []).map(
        ({ scope, period, limit, price, units }) => ({ scope, period, limit, price, units }),
      ),
    },
    kind,
    adapter: candidate.adapter,
    ...(providerKeyId === undefined ? {} : { providerKeyId }),
    upstreamId: acceptance.upstreamId,
    upstreamModel: candidate.target.model,
    shown: {
      ...(size === undefined ? {} : { size }),
      ...(resolution === undefined ? {} : { resolution }),
      ...(quality === undefined ? {} : { quality }),
      ...(duration === undefined ? {} : { duration }),
      ...(audio === undefined ? {} : { audio }),
    },
    ...(remixedFrom === undefined ? {} : { remixedFrom }),
    ...(batch === undefined ? {} : { batch }),
    deadlineAt: open.startedAt + planned.deadlineMs,
  };
}

/** What a provider may bill and nobody can ask about is charged as far as anyone knows: all of it. */
async function chargeLost({ house, directory }: MediaDesk, call: DispatchedCall): Promise<void> {
  const units = new UnitsForNow((counters) =>
    Promise.all(counters.map(async (each) => ({ ...each, taken: await house.store.taken(each) }))),
  );
  // When prices cannot be read just now its hold stays, and the reaper does the same once its lease is over.
  const entries = await estimateEntries(directory, [{ call }], { nowMs: house.clock.now(), units }).catch(
    (error: unknown) => {
      house.log.warn({ error, request_id: call.requestId }, 'a lost job is charged later');
      return [];
    },
  );
  for (const entry of entries) {
    await house.journal.append({ kind: 'settle', entry }).catch((error: unknown) => {
      house.log.error({ error, request_id: call.requestId }, 'an estimate could not be written to the journal');
    });
    await house.store.settle(entry, 0n).catch((error: unknown) => {
      house.log.warn({ error, request_id: call.requestId }, 'a lost job is charged later');
    });
  }
}
