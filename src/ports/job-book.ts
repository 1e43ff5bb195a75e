// The jobs that providers have taken, as Postgres keeps them over every life of this process.
import type { JobEnd, WorkKind, MediaJob } from '#core/call/media-job.ts';
import type { ChargedBefore } from './fast-store.ts';

/** Whose they are: of the wallet, and of the organization if there is one. */
export interface JobOwner {
  readonly walletId: string;
  readonly organizationId?: string;
}

export interface JobPage {
  readonly kind: WorkKind;
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  /** The request id of the job that stands before the page. */
  readonly after?: string;
}

/** A job whose final charge the ledger does not have. */
export interface UnbookedJob {
  readonly job: MediaJob;
  /** It was given up, and charged as an estimate. */
  readonly charged?: ChargedBefore;
}

export interface JobBook {
  /** Once; again it changes nothing. */
  put(job: MediaJob): Promise<void>;

  /** The provider's last word; the first one stays. */
  end(requestId: string, end: JobEnd): Promise<void>;

  /** Not what was removed. */
  find(requestId: string): Promise<MediaJob | undefined>;

  /** By the time of their beginning; not what was removed. */
  list(owner: JobOwner, page: JobPage): Promise<readonly MediaJob[]>;

  /** Its owner does not want to see it again; its charge stays. */
  remove(requestId: string): Promise<void>;

  /** Which of these it has. */
  known(requestIds: readonly string[]): Promise<ReadonlySet<string>>;

  /** To be taken up again after a start: all whose last word, or whose final charge, is still to come. */
  unbooked(): Promise<readonly UnbookedJob[]>;

  /** How the ledger has charged it so far. */
  charged(requestId: string): Promise<ChargedBefore | undefined>;
}
