// Finds who can take a batch, and bounds it by the sum of its lines, before anything is set aside.
import { batchEndpoints, type BatchOrder } from '#core/call/batch.ts';
import { callBounds, outputTokensLimit, type PlannedTarget } from '#core/call/bounds.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { isReachable, type Target } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import { notAdditive } from '#core/pricing/additive.ts';
import type { TokenKind } from '#core/pricing/quote.ts';
import { rate } from '#core/pricing/rate.ts';
import { estimatedUsage } from '#core/usage/usage.ts';
import type { BatchJobs } from '#ports/batch-jobs.ts';
import type { ProviderAdapter } from '#ports/provider.ts';
import type { CallFare } from '../fare.ts';
import { planRoute } from '../plan-route.ts';
import type { JobCandidate, Undertaking } from '../media/create-job.ts';
import type { MediaDesk } from '../media/desk.ts';
import { type BatchLine, type LinesAsked, readLines } from './read-lines.ts';

/** The provider has a day for it, and some time to write its answers down. */
const deadlineMs = 26 * 3_600_000;

export interface IncomingBatch extends LinesAsked, Pick<Undertaking, 'requestId' | 'caller' | 'dialect'> {
  readonly inputFileId: string;
  readonly content: Buffer;
  readonly metadata?: BatchOrder['metadata'];
  readonly extraHeaders: Readonly<Record<string, string>>;
}

/** @throws Failure for what cannot be called in a batch. */
export async function planBatch(desk: MediaDesk, incoming: IncomingBatch): Promise<Undertaking> {
  const { requestId, caller, dialect, endpoint, inputFileId, metadata } = incoming;
  const lines = await readLines(desk.house.clock, incoming.content, incoming);
  const call = callOf(incoming, lines);
  const taking = takersOf(desk, caller, { call, endpoint });
  const bounds = callBounds(
    taking.map(({ target }) => ({ target, call })),
    caller,
  );
  const tokens = { prompt: bounds?.promptTokens ?? 0, completion: bounds?.outputTokensPerChoice ?? 0 };
  return {
    requestId,
    caller,
    dialect,
    kind: 'batch',
    call,
    consumes: { quantities: { request: String(lines.length) }, tokens },
    candidates: taking.map((taker) => candidateOf(taker, { lines, caller, endpoint })),
    mustSuit: (fare) => mustSuit(call, fare),
    deadlineMs,
    batch: { endpoint, inputFileId, lines: lines.length, ...(metadata === undefined ? {} : { metadata }) },
  };
}

/** All of them as one, whose bounds are the sums of theirs. */
function callOf({ endpoint, extraHeaders }: IncomingBatch, lines: readonly BatchLine[]): ModelCall {
  const calls = lines.map(({ call }) => call);
  const without = calls.map((call) => new Set<TokenKind>(call.without)).reduce((both, some) => both.intersection(some));
  return {
    ...batchEndpoints[endpoint],
    name: calls[0]?.name ?? '',
    body: '',
    bodyBytes: calls.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0),
    streamed: false,
    usageWanted: false,
    choices: 1,
    images: 0,
    attachments: 0,
    lines: calls,
    quantities: { request: String(calls.length) },
    serviceTiers: ['batch'],
    ...(without.size > 0 ? { without: [...without] } : {}),
    facts: { service_tier: 'batch', batch: true },
    extraHeaders,
  };
}

interface Taker {
  readonly target: Target;
  readonly batches: BatchJobs;
  readonly provider: ProviderAdapter;
}

/** @throws Failure of the first that cannot take it, when none can. */
function takersOf(
  { house, batches: all }: MediaDesk,
  caller: Caller,
  { call, endpoint }: Pick<IncomingBatch, 'endpoint'> & { readonly call: ModelCall },
): readonly Taker[] {
  const takers: Taker[] = [];
  let refused: Failure | undefined;
  for (const planned of planRoute(house.snapshot.catalog, { caller, call }).targets) {
    const { target } = planned;
    const batches = all.get(target.provider.adapter);
    const provider = house.providers.get(target.provider.adapter);
    if (!batches?.endpoints.has(endpoint) || !provider?.speaks.has(call.format)) {
      refused ??= cannot(call, `its provider (${target.provider.name}) has no batches for ${endpoint} here`);
    } else if (!isReachable(target.provider)) {
      refused ??= cannot(call, `its provider ${target.provider.name} has no key here. The operator can add one`);
    } else if (isChanged(planned, call)) {
      refused ??= cannot(call, 'the configuration of this key changes what is asked, which it cannot in a file');
    } else takers.push({ target, batches, provider });
  }
  if (takers.length > 0) return takers;
  throw refused ?? cannot(call, 'nobody here takes one for it');
}

function isChanged(planned: PlannedTarget, call: ModelCall): boolean {
  return planned.call !== call;
}

function cannot({ name }: ModelCall, why: string): Failure {
  return new Failure('invalid_parameter', `"${name}" cannot be called in a batch: ${why}.`, { param: 'model' });
}

interface Put extends Pick<IncomingBatch, 'endpoint' | 'caller'> {
  readonly lines: readonly BatchLine[];
}

function candidateOf({ target, batches, provider }: Taker, put: Put): JobCandidate {
  const { endpoint } = put;
  return {
    target,
    adapter: batches.name,
    upload: {
      request: (place) => batches.upload(fileFor({ target, batches, provider }, put), place),
      accepted: (body) => batches.uploaded(body),
    },
    submit: (place, file) => batches.submit({ file, endpoint }, place),
    accepted(body) {
      const upstreamId = batches.accepted(body);
      return upstreamId === undefined ? undefined : { upstreamId };
    },
    failure: (status, headers, body) => batches.failure(status, headers, body),
  };
}

/** Each line as a single call would be put to it: with its name for the model, and told where to stop. */
function fileFor({ target, batches, provider }: Taker, { lines, endpoint, caller }: Put): Buffer {
  const texts = lines.map(({ customId, call }) => {
    const outputLimit = call.kind === 'chat' ? outputTokensLimit(call, caller, target) : undefined;
    const { body } = provider.request(call, { target, credential: undefined, outputLimit });
    if (typeof body !== 'string') throw new Error('A line of a batch was written as something else than text.');
    return batches.line({ customId, endpoint, body });
  });
  return Buffer.from(`${texts.join('\n')}\n`);
}

/** Lines are charged together, by one receipt: their price must be the same together as it is one by one. */
function mustSuit(call: ModelCall, fare: CallFare): void {
  const ours = fare.targets.filter(({ ownKey }) => ownKey === undefined);
  for (const { charge, cost } of ours) {
    const why = [charge, cost].map(({ price }) => notAdditive(price, fare.promptTokensMax)).find(Boolean);
    if (why !== undefined) throw cannot(call, `its price ${why}. Smaller batches may do`);
  }
  const output = call.kind === 'chat' ? 1 : 0;
  const counted = estimatedUsage({
    prompt_tokens: 1,
    completion_tokens: output,
    requests: 1,
    method: 'plan',
    raw: null,
  });
  const [first] = ours;
  if (!first) throw cannot(call, 'batches go by keys of the platform, which has none for it');
  if (rate({ ...first.charge, usage: counted, facts: fare.facts }).complete) return;
  const message = `"${call.name}" has no price for batches, so it cannot be called in one until the operator sets one.`;
  throw new Failure('unpriced', message, { param: 'model' });
}
