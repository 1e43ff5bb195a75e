// What the flows of jobs need beside what every call does.
import type { Directory } from '#ports/directory.ts';
import type { BatchFiles } from '#ports/batch-files.ts';
import type { BatchJobs } from '#ports/batch-jobs.ts';
import type { JobBook } from '#ports/job-book.ts';
import type { MediaJobs } from '#ports/media-jobs.ts';
import type { House } from '../house.ts';

export interface MediaDesk {
  readonly house: House;
  /** By the name of the adapter. */
  readonly adapters: ReadonlyMap<string, MediaJobs>;
  /** The same for batches. */
  readonly batches: ReadonlyMap<string, BatchJobs>;
  readonly files: BatchFiles;
  readonly book: JobBook;
  readonly directory: Directory;
}
