// Keeps the jobs that are under way: their holds alive, asked about at intervals, settled by the final word, once.
import { unquoted } from '#core/call/quotable.ts';
import { Failure } from '#core/failure.ts';
import type { BatchSaid } from '#core/call/batch.ts';
import type { JobEnd, MediaJob } from '#core/call/media-job.ts';
import { missingUsage } from '#core/usage/usage.ts';
import type { JobReading } from '#ports/media-jobs.ts';
import type { MediaDesk } from './desk.ts';
import { batchReadingOf } from '../batches/read-batch.ts';
import { askedOf, referenceOf, siteOf } from './place.ts';
import { settleJob } from './settle-job.ts';

/** A hold outlives its last touch by this. */
export const jobLeaseMs = 60_000;
const touchEveryMs = 10_000;
const sweepEveryMs = 250;

/** Jobs that are asked about at the same time. */
const parallelMax = 32;

const firstPollMs = 500;
const pollMsMax = 15_000;
const retryMsMax = 60_000;

/** Behind its deadline a job has been charged as an estimate, and is asked about rarely, for as long as this. */
const overduePollMs = 300_000;
const giveUpMs = 7 * 86_400_000;

/** Whoever asks for a job hears what is no older than this. */
const staleMs = 2_000;

const answerBytesMax = 8 * 1_048_576;

interface KeptJob {
  job: MediaJob;
  progress: number;
  /** The provider's newest word on a batch. */
  said: BatchSaid | undefined;
  nextAt: number;
  askedAt: number;
  failures: number;
  /** Postgres has it. */
  saved: boolean;
  settled: boolean;
  /** One turn at a time. */
  turn: Promise<void> | undefined;
}

export interface SeenJob {
  readonly job: MediaJob;
  /** Per cent. */
  readonly progress: number;
  readonly said?: BatchSaid | undefined;
}

export class JobKeeper {
  readonly #desk: MediaDesk;
  readonly #kept = new Map<string, KeptJob>();
  #turns = 0;
  #touchedAt = 0;

  constructor(desk: MediaDesk) {
    this.#desk = desk;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** One that is under way, or whose end is not written down yet. */
  get(requestId: string): SeenJob | undefined {
    return this.#kept.get(requestId);
  }

  all(): readonly SeenJob[] {
    return [...this.#kept.values()];
  }

  /** A provider has just taken it, and may be done with it already. */
  async begin(job: MediaJob, reading: JobReading | undefined): Promise<MediaJob> {
    const { house } = this.#desk;
    const { requestId } = job.call;
    const kept = this.#keep(job, { saved: false, settled: false });
    if (reading) this.#hear(kept, reading);
    try {
      await house.journal.append({ kind: 'job', job: kept.job });
    } catch (error) {
      house.log.error({ error, request_id: requestId }, 'a job could not be written to the journal');
    }
    house.failpoints.reach('after-accepted');
    await house.store.touch(requestId, jobLeaseMs);
    await this.#takeTurn(kept, { polls: false });
    return kept.job;
  }

  /** From an earlier life. `settled`: its final charge is booked already, and only its end is to be learned. */
  resume(job: MediaJob, { settled }: { readonly settled: boolean }): void {
    this.#keep(job, { saved: true, settled });
  }

  /** Asks about it now, unless that was done a moment ago; waits no longer than the signal allows. */
  async refresh(requestId: string): Promise<void> {
    const kept = this.#kept.get(requestId);
    if (!kept || this.#desk.house.clock.now() - kept.askedAt < staleMs) return;
    await this.#takeTurn(kept, { polls: true });
  }

  /** What a provider has said beside being asked: not yet its last word, which is heard with what it consumed. */
  note(requestId: string, said: BatchSaid): void {
    const kept = this.#kept.get(requestId);
    if (!kept) return;
    kept.said = said;
    kept.nextAt = Math.min(kept.nextAt, this.#desk.house.clock.now() + firstPollMs);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#desk.house;
    while (!signal.aborted) {
      await clock.sleep(sweepEveryMs, signal);
      if (signal.aborted) return;
      await this.sweep();
    }
  }

  /** Begins what is due; what it begins goes on beside it. */
  async sweep(): Promise<void> {
    const nowMs = this.#desk.house.clock.now();
    if (nowMs - this.#touchedAt >= touchEveryMs) {
      this.#touchedAt = nowMs;
      await this.#touchAll(nowMs);
    }
    for (const kept of this.#kept.values()) {
      if (this.#turns >= parallelMax) return;
      if (kept.turn || kept.nextAt > nowMs) continue;
      void this.#takeTurn(kept, { polls: true });
    }
  }

  /** Until nothing that it has begun is under way. */
  async settled(): Promise<void> {
    await Promise.all([...this.#kept.values()].flatMap(({ turn }) => turn ?? []));
  }

  #keep(job: MediaJob, { saved, settled }: { readonly saved: boolean; readonly settled: boolean }): KeptJob {
    const nowMs = this.#desk.house.clock.now();
    const kept: KeptJob = {
      job,
      progress: 0,
      said: undefined,
      nextAt: nowMs + firstPollMs,
      askedAt: nowMs,
      failures: 0,
      saved,
      settled,
      turn: undefined,
    };
    this.#kept.set(job.call.requestId, kept);
    return kept;
  }

  /** One behind its deadline is left to the reaper, which charges it as an estimate. */
  async #touchAll(nowMs: number): Promise<void> {
    const { store, log } = this.#desk.house;
    for (const { job, settled } of this.#kept.values()) {
      if (settled || (nowMs >= job.deadlineAt && !job.end)) continue;
      await store.touch(job.call.requestId, jobLeaseMs).catch((error: unknown) => {
        log.warn({ error, request_id: job.call.requestId }, 'the hold of a job could not be extended');
      });
    }
  }

  #takeTurn(kept: KeptJob, what: { readonly polls: boolean }): Promise<void> {
    kept.turn ??= this.#tend(kept, what).finally(() => {
      kept.turn = undefined;
    });
    return kept.turn;
  }

  async #tend(kept: KeptJob, { polls }: { readonly polls: boolean }): Promise<void> {
    const { house } = this.#desk;
    this.#turns += 1;
    try {
      if (!kept.saved) await this.#save(kept);
      if (!kept.job.end && polls) await this.#ask(kept);
      if (kept.job.end) await this.#end(kept, kept.job.end);
      kept.failures = 0;
      kept.nextAt = house.clock.now() + intervalMs(kept.job, house.clock.now());
    } catch (error) {
      kept.failures += 1;
      const waitMs = Math.max(
        retryAfterOf(error),
        Math.min(retryMsMax, firstPollMs * 2 ** Math.min(kept.failures, 10)),
      );
      kept.nextAt = house.clock.now() + waitMs;
      house.log.warn(
        { error, request_id: kept.job.call.requestId },
        'a job could not be looked after; it is tried again',
      );
    } finally {
      this.#turns -= 1;
    }
  }

  // From then on its row is its second copy, and the journal need not keep it for hours.
  async #save(kept: KeptJob): Promise<void> {
    const { house, book } = this.#desk;
    await book.put(kept.job);
    kept.saved = true;
    if (!kept.job.end) await house.journal.forget([kept.job.call.requestId]);
  }

  async #ask(kept: KeptJob): Promise<void> {
    const { house } = this.#desk;
    const { job } = kept;
    kept.askedAt = house.clock.now();
    if (kept.askedAt >= job.call.startedAt + giveUpMs) {
      const usage = missingUsage({ normalizer: { id: 'faregate', version: '1' }, raw: null, flags: ['job_lost'] });
      const message = 'The provider never said what became of it.';
      kept.job = { ...job, end: { state: 'failed', at: kept.askedAt, usage, lost: true, message } };
      return;
    }
    const reading = await readingOf(this.#desk, job);
    if (reading) this.#hear(kept, reading);
    else throw new Failure('upstream_failed', 'The provider said nothing about the job.');
  }

  #hear(kept: KeptJob, reading: JobReading): void {
    if (reading.kind === 'running') {
      kept.said = reading.said ?? kept.said;
      kept.progress = Math.max(kept.progress, Math.min(99, Math.floor(reading.progress ?? 0)));
      return;
    }
    const { kind: state, usage } = reading;
    const at = this.#desk.house.clock.now();
    const more: Partial<JobEnd> =
      reading.kind === 'failed'
        ? { message: reading.message, ...(reading.result === undefined ? {} : { result: reading.result }) }
        : reading.result === undefined
          ? {}
          : { result: reading.result };
    kept.job = { ...kept.job, end: { state, at, usage, ...more } };
    this.#desk.house.failpoints.reach('after-final-word');
  }

  async #end(kept: KeptJob, end: JobEnd): Promise<void> {
    const { requestId } = kept.job.call;
    if (!kept.settled && end.lost !== true) await settleJob(this.#desk, kept.job, end, jobLeaseMs);
    kept.settled = true;
    await this.#desk.book.end(requestId, end);
    this.#kept.delete(requestId);
  }
}

/** @throws Failure, UpstreamError when the provider does not say. */
export async function readingOf(desk: MediaDesk, job: MediaJob): Promise<JobReading | undefined> {
  if (job.kind === 'batch') return batchReadingOf(desk, job);
  const { adapter, place } = siteOf(desk, job);
  const answer = await desk.house.upstream.send(adapter.poll(referenceOf(job), place));
  const body = unquoted(await answer.body.whole(answerBytesMax), place.credential);
  if (answer.status < 300) return adapter.read(body, askedOf(job));
  const { message, retryAfterMs } = adapter.failure(answer.status, answer.headers, body);
  const detail = { upstreamStatus: answer.status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  throw new Failure('upstream_failed', message, detail);
}

/** The longer it takes, the less often it is asked about. */
function intervalMs({ call, deadlineAt }: MediaJob, nowMs: number): number {
  if (nowMs >= deadlineAt) return overduePollMs;
  return Math.min(pollMsMax, Math.max(firstPollMs, (nowMs - call.startedAt) / 8));
}

function retryAfterOf(error: unknown): number {
  return error instanceof Failure ? (error.detail.retryAfterMs ?? 0) : 0;
}
