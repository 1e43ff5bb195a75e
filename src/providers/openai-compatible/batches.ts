// OpenAI's files and batches, and whoever has them as they are.
import {
  type BatchEndpoint,
  batchEndpoints,
  type BatchSaid,
  type BatchState,
  batchStates,
  type BatchTimes,
  isBatchEndpoint,
} from '#core/call/batch.ts';
import { Counts, type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { parseExactJson } from '#core/usage/exact-json.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { BatchJobs } from '#ports/batch-jobs.ts';
import type { JobPlace } from '#ports/media-jobs.ts';
import { addressOf } from './address.ts';
import { openAiFailure } from './failure.ts';
import { writeForm } from './form.ts';
import { bearer, jsonRequest } from './jobs/requests.ts';

/** The only one there is. */
export const completionWindow = '24h';

export interface OpenAiBatchesOptions {
  readonly name?: string;
  readonly endpoints?: readonly BatchEndpoint[];
  /** It obeys the headers that are for it alone. */
  readonly hears?: boolean;
  /** Where it really is. */
  readonly at?: (place: JobPlace) => JobPlace;
}

export function openAiBatches({
  name = 'openai',
  endpoints = Object.keys(batchEndpoints).filter(isBatchEndpoint),
  hears = false,
  at = (place) => place,
}: OpenAiBatchesOptions = {}): BatchJobs {
  const headersOf = (place: JobPlace) => ({ ...bearer(place), ...(hears ? place.extraHeaders : {}) });
  return {
    name,
    endpoints: new Set(endpoints),
    // Spliced, so that the body keeps every byte.
    line: ({ customId, endpoint, body }) =>
      `{"custom_id":${JSON.stringify(customId)},"method":"POST","url":${JSON.stringify(endpoint)},"body":${body}}`,
    upload(file, asked) {
      const place = at(asked);
      const part = { field: 'file', fileName: 'batch.jsonl', mediaType: 'application/jsonl', bytes: file };
      const form = writeForm({ fields: [['purpose', 'batch']], files: [part] });
      const base = addressOf(place.baseUrl);
      return {
        origin: base.origin,
        path: `${base.path}/files`,
        method: 'POST',
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'content-type': form.contentType,
          ...headersOf(place),
        },
        body: form.body,
        headTimeoutMs: place.headTimeoutMs,
        idleTimeoutMs: place.idleTimeoutMs,
      };
    },
    uploaded: (body) => wordOf(parseFields(body) ?? {}, 'id'),
    submit({ file, endpoint }, asked) {
      const place = at(asked);
      const body = { input_file_id: file, endpoint, completion_window: completionWindow };
      return jsonRequest(place, { path: '/batches', body, headers: headersOf(place) });
    },
    accepted: (body) => wordOf(parseFields(body) ?? {}, 'id'),
    poll: (id, place) => jsonRequest(at(place), { path: `/batches/${encodeURIComponent(id)}` }),
    read(body) {
      const said = parseFields(body);
      return said && wordOf(said, 'id') !== undefined ? saidIn(said) : undefined;
    },
    cancel: (id, place) =>
      jsonRequest(at(place), { path: `/batches/${encodeURIComponent(id)}/cancel`, method: 'POST' }),
    file(id, place) {
      const request = jsonRequest(at(place), { path: `/files/${encodeURIComponent(id)}/content` });
      return { ...request, headers: { ...request.headers, accept: '*/*' } };
    },
    heard(line) {
      const said = exactFieldsIn(line);
      if (!said || wordOf(said, 'custom_id') === undefined) return undefined;
      const { response } = said;
      if (!isFields(response)) return { kind: 'failed' };
      const { status_code: status, body } = response;
      if (typeof status !== 'number' || status >= 300 || !isFields(body)) return { kind: 'failed' };
      return { kind: 'answered', body: Buffer.from(JSON.stringify(body)) };
    },
    failure: openAiFailure,
  };
}

function exactFieldsIn(line: Buffer): Fields | undefined {
  try {
    const parsed = parseExactJson(line.toString('utf8'));
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** A word that is not known is none about its end: what is settled once cannot be taken back. */
function saidIn(batch: Fields): BatchSaid {
  const status: BatchState = batchStates.find((each) => each === batch['status']) ?? 'in_progress';
  const outputFile = wordOf(batch, 'output_file_id');
  const errorFile = wordOf(batch, 'error_file_id');
  const counted = countsIn(batch);
  const errors = listOf(partOf(batch, 'errors')['data']).map((each) => {
    const { line } = each;
    return {
      code: wordOf(each, 'code') ?? 'batch_failed',
      message: wordOf(each, 'message') ?? 'The provider refused this batch.',
      ...(typeof line === 'number' ? { line } : {}),
    };
  });
  return {
    status,
    times: timesIn(batch),
    ...(counted && { counts: counted }),
    ...(outputFile === undefined ? {} : { outputFile }),
    ...(errorFile === undefined ? {} : { errorFile }),
    ...(errors.length === 0 ? {} : { errors: errors.slice(0, 100) }),
  };
}

const timeNames = [
  'in_progress_at',
  'expires_at',
  'finalizing_at',
  'completed_at',
  'failed_at',
  'expired_at',
  'cancelling_at',
  'cancelled_at',
] as const satisfies readonly (keyof BatchTimes)[];

function timesIn(batch: Fields): BatchTimes {
  return Object.fromEntries(
    timeNames.flatMap((name) => {
      const at = batch[name];
      return typeof at === 'number' ? [[name, at]] : [];
    }),
  );
}

function countsIn(batch: Fields): BatchSaid['counts'] {
  const said = partOf(batch, 'request_counts');
  const counts = new Counts();
  const [total, completed, failed] = ['total', 'completed', 'failed'].map((name) => counts.read(said, name));
  if (total === undefined || completed === undefined || failed === undefined) return undefined;
  return { total, completed, failed };
}
