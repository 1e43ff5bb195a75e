// Jobs in memory, beside a memory ledger's registers.
import type { JobEnd, MediaJob } from '#core/call/media-job.ts';
import type { ChargedBefore } from '#ports/fast-store.ts';
import type { JobBook, JobOwner, JobPage, UnbookedJob } from '#ports/job-book.ts';

export type ReadCharged = (requestId: string) => ChargedBefore | undefined;

export function memoryJobBook(charged: ReadCharged): JobBook {
  return new MemoryJobBook(charged);
}

class MemoryJobBook implements JobBook {
  readonly #jobs = new Map<string, MediaJob>();
  readonly #removed = new Set<string>();
  readonly #charged: ReadCharged;

  constructor(charged: ReadCharged) {
    this.#charged = charged;
  }

  async put(job: MediaJob): Promise<void> {
    const { requestId } = job.call;
    if (!this.#jobs.has(requestId)) this.#jobs.set(requestId, job);
  }

  async end(requestId: string, end: JobEnd): Promise<void> {
    const job = this.#jobs.get(requestId);
    if (job && !job.end) this.#jobs.set(requestId, { ...job, end });
  }

  async find(requestId: string): Promise<MediaJob | undefined> {
    return this.#removed.has(requestId) ? undefined : this.#jobs.get(requestId);
  }

  async list(owner: JobOwner, { kind, limit, order, after }: JobPage): Promise<readonly MediaJob[]> {
    const own = [...this.#jobs.values()]
      .filter((job) => job.kind === kind && isOf(job, owner) && !this.#removed.has(job.call.requestId))
      .toSorted((one, two) => (keyOf(one) < keyOf(two) ? -1 : 1));
    const ordered = order === 'asc' ? own : own.toReversed();
    const start = after === undefined ? 0 : ordered.findIndex((job) => job.call.requestId === after) + 1;
    return after !== undefined && start === 0 ? [] : ordered.slice(start, start + limit);
  }

  async remove(requestId: string): Promise<void> {
    if (this.#jobs.has(requestId)) this.#removed.add(requestId);
  }

  async known(requestIds: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(requestIds.filter((requestId) => this.#jobs.has(requestId)));
  }

  async unbooked(): Promise<readonly UnbookedJob[]> {
    return [...this.#jobs.values()].flatMap((job) => {
      const charged = this.#charged(job.call.requestId);
      if (job.end && (charged?.final === true || job.end.lost)) return [];
      return [{ job, ...(charged === undefined ? {} : { charged }) }];
    });
  }

  async charged(requestId: string): Promise<ChargedBefore | undefined> {
    return this.#charged(requestId);
  }
}

function isOf({ call }: MediaJob, { walletId, organizationId }: JobOwner): boolean {
  return call.walletId === walletId || (organizationId !== undefined && call.organizationId === organizationId);
}

function keyOf({ call: { startedAt, requestId } }: MediaJob): string {
  return `${String(startedAt).padStart(16, '0')} ${requestId}`;
}
