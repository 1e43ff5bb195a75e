// Jobs that make images, films and songs: whether one is done, from the words that providers have for it.
import { type Fields, wordOf } from './counts.ts';

export type JobState = 'done' | 'failed' | 'unfinished';

/** A payload without a word about its state is an answer, and so it is done. */
export function jobState(job: Fields): JobState {
  const said = stateFields.map((name) => wordOf(job, name)).find((word) => word !== undefined);
  const word = said?.toLowerCase().replaceAll(/[\s-]/g, '_');
  if (word === undefined) return hasError(job) ? 'failed' : 'done';
  if (failed.has(word)) return 'failed';
  return unfinished.has(word) ? 'unfinished' : 'done';
}

const stateFields = ['status', 'task_status', 'state'];

const failed = new Set([
  'failed',
  'fail',
  'failure',
  'error',
  'errored',
  'canceled',
  'cancelled',
  'expired',
  'aborted',
  'rejected',
  'refunded',
  'request_moderated',
  'content_moderated',
  'content_filtered',
  'moderated',
  'task_not_found',
  'unknown',
]);

const unfinished = new Set([
  'queued',
  'queueing',
  'pending',
  'starting',
  'submitted',
  'preparing',
  'processing',
  'in_progress',
  'in_queue',
  'running',
  'dreaming',
  'throttled',
]);

function hasError(job: Fields): boolean {
  const { error } = job;
  return error !== undefined && error !== null && error !== false && error !== '';
}
