// What the flows of jobs need beside what every call does.
import type { Directory } from '#ports/directory.ts';
import type { JobBook } from '#ports/job-book.ts';
import type { MediaJobs } from '#ports/media-jobs.ts';
import type { House } from '../house.ts';

export interface MediaDesk {
  readonly house: House;
  /** By the name of the adapter. */
  readonly adapters: ReadonlyMap<string, MediaJobs>;
  readonly book: JobBook;
  readonly directory: Directory;
}
