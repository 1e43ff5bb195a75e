// A batch's last word: its output file, read line by line, and the usage of all that was answered, as one.
import { type BatchEndpoint, batchEndpoints, batchEnds, type BatchResult, type BatchSaid } from '#core/call/batch.ts';
import type { MediaJob } from '#core/call/media-job.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { unquoted } from '#core/call/quotable.ts';
import { Failure } from '#core/failure.ts';
import { type Rest, UsageSum } from '#core/usage/sum-usage.ts';
import { notBillable, type Usage } from '#core/usage/usage.ts';
import type { BatchJobs } from '#ports/batch-jobs.ts';
import type { JobReading } from '#ports/media-jobs.ts';
import type { ProviderAdapter } from '#ports/provider.ts';
import { UpstreamError, type UpstreamRequest } from '#ports/upstream.ts';
import type { MediaDesk } from '../media/desk.ts';
import { type BatchSite, batchSiteOf } from '../media/place.ts';

const normalizer = { id: 'batch', version: '1' };

const wordBytesMax = 1_048_576;
const lineBytesMax = 64 * 1_048_576;
const newline = 0x0a;

/** @throws Failure, UpstreamError while its last word, or what it consumed, cannot be had. */
export async function batchReadingOf(desk: MediaDesk, job: MediaJob): Promise<JobReading | undefined> {
  const { batches, place } = batchSiteOf(desk, job);
  const said = await askBatch(desk, { batches, place }, batches.poll(job.upstreamId, place));
  if (!said) return undefined;
  if (!batchEnds.has(said.status)) return { kind: 'running', said, progress: progressOf(said) };
  const { outputFile, errorFile, counts } = said;
  if (outputFile === undefined && ((counts?.completed ?? 0) > 0 || isSilent(said))) {
    throw new Failure('upstream_failed', 'The provider does not say where the answers of a batch are.');
  }
  const tally = new Tally(batches, providerOf(desk, job), job);
  if (outputFile !== undefined) await tally.read(desk, batches.file(outputFile, place));
  const result: BatchResult = { ...said, ...(outputFile === undefined ? {} : { outputBytes: tally.bytes }) };
  const usage = tally.usage(said);
  if (said.status === 'failed' && outputFile === undefined && errorFile === undefined) {
    const message = said.errors?.[0]?.message ?? 'The provider refused this batch.';
    return { kind: 'failed', usage, message, result };
  }
  return { kind: 'completed', usage, result };
}

/** @throws Failure, UpstreamError when the provider does not say. */
export async function askBatch(
  { house }: MediaDesk,
  { batches, place }: BatchSite,
  request: UpstreamRequest,
): Promise<BatchSaid | undefined> {
  const answer = await house.upstream.send(request);
  const body = unquoted(await answer.body.whole(wordBytesMax), place.credential);
  if (answer.status < 300) return batches.read(body);
  const { message, retryAfterMs } = batches.failure(answer.status, answer.headers, body);
  const detail = { upstreamStatus: answer.status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  throw new Failure('upstream_failed', message, detail);
}

/** It says that all is done, and nothing of what. */
function isSilent({ status, counts, errorFile }: BatchSaid): boolean {
  return status === 'completed' && counts === undefined && errorFile === undefined;
}

function progressOf({ counts }: BatchSaid): number {
  return counts && counts.total > 0 ? ((counts.completed + counts.failed) * 100) / counts.total : 0;
}

function providerOf({ house }: MediaDesk, { adapter, call }: MediaJob): ProviderAdapter {
  const provider = house.providers.get(adapter);
  if (provider) return provider;
  throw new Failure('upstream_failed', `The provider of this job (${call.provider}) cannot be asked just now.`);
}

class Tally {
  bytes = 0;
  readonly #batches: BatchJobs;
  readonly #provider: ProviderAdapter;
  readonly #job: MediaJob;
  readonly #call: ModelCall;
  readonly #sum = new UsageSum();
  #lines = 0;
  /** Billed, and without a word on how much. */
  #untold = 0;

  constructor(batches: BatchJobs, provider: ProviderAdapter, job: MediaJob) {
    this.#batches = batches;
    this.#provider = provider;
    this.#job = job;
    this.#call = bareCall(job.call.name, job.batch?.endpoint ?? '/v1/chat/completions');
  }

  /** Line by line, however large it is. */
  async read({ house }: MediaDesk, request: UpstreamRequest): Promise<void> {
    const { status, body } = await house.upstream.send(request);
    if (status >= 300) {
      body.close();
      throw new Failure('upstream_failed', `The provider answered with status ${status} when asked for answers.`);
    }
    let pieces: Buffer[] = [];
    let waiting = 0;
    await body.pour((piece) => {
      this.bytes += piece.length;
      let from = 0;
      for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, from)) {
        this.#hear(Buffer.concat([...pieces, piece.subarray(from, end)]));
        pieces = [];
        waiting = 0;
        from = end + 1;
      }
      if (from === piece.length) return;
      // What is handed over is used again.
      pieces.push(Buffer.from(piece.subarray(from)));
      waiting += piece.length - from;
      if (waiting > lineBytesMax) throw new UpstreamError('too_large', 'A line of the answers is too long.');
    });
    this.#hear(Buffer.concat(pieces));
  }

  usage({ status, counts }: BatchSaid): Usage {
    const { calls } = this.#sum;
    // What the provider counts and its file does not have is billed all the same.
    const absent = Math.max(0, (counts?.completed ?? 0) - this.#lines);
    const untold = this.#untold + absent;
    const raw = { status, request_counts: counts ?? null, lines: this.#lines, billed: calls, untold };
    if (calls + untold === 0) return notBillable({ normalizer, raw, flags: ['nothing_answered'] });
    return this.#sum.usage({ normalizer, raw, ...(untold > 0 ? { rest: this.#rest(untold) } : {}) });
  }

  #hear(line: Buffer): void {
    if (line.length === 0 || line.toString('utf8').trim() === '') return;
    this.#lines += 1;
    const heard = this.#batches.heard(line);
    if (heard?.kind === 'failed') return;
    const usage = heard && this.#provider.usageOf(this.#call, heard.body, {});
    if (usage?.status === 'not_billable') return;
    if (!usage || usage.status === 'missing' || usage.status === 'invalid') this.#untold += 1;
    else this.#sum.add(usage);
  }

  /** An even share of what was set aside for all, and never more than is left of it. */
  #rest(calls: number): Rest {
    const { tokens = { prompt: 0, completion: 0 } } = this.#job.call.job ?? {};
    const lines = Math.max(1, this.#job.batch?.lines ?? 1);
    const share = (bound: number, told: number) =>
      Math.max(0, Math.min(Math.ceil(bound / lines) * calls, bound - told));
    const { promptTokens, completionTokens } = this.#sum;
    return {
      calls,
      promptTokens: share(tokens.prompt, promptTokens),
      completionTokens: share(tokens.completion, completionTokens),
    };
  }
}

/** By which an answer is read: only how it is written counts. */
function bareCall(name: string, endpoint: BatchEndpoint): ModelCall {
  return {
    ...batchEndpoints[endpoint],
    name,
    body: '',
    bodyBytes: 0,
    streamed: false,
    usageWanted: false,
    choices: 1,
    images: 0,
    attachments: 0,
    facts: {},
    extraHeaders: {},
  };
}
