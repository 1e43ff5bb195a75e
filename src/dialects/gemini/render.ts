// How Gemini's dialect says that there is no answer, or that a stream ends before its time.
import { spliceFields } from '#core/call/splice.ts';
import type { Failure } from '#core/failure.ts';
import type { Fields } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Fare, StreamWords } from '#ports/door.ts';
import { errorStatus } from './error-status.ts';
import { usageMetadata } from './usage.ts';

export function failureBody(failure: Failure, requestId: string): string {
  const { kind, message, status } = failure;
  return JSON.stringify({
    error: { code: status, message, status: errorStatus(failure), details: detailsOf(failure, kind, requestId) },
  });
}

function detailsOf({ detail, message }: Failure, kind: string, requestId: string): readonly Fields[] {
  const { param, limitSource, available, needed, currency, upstreamStatus, retryAfterMs } = detail;
  const metadata = {
    code: kind,
    request_id: requestId,
    param,
    limit_source: limitSource,
    available,
    needed,
    currency,
    upstream_status: upstreamStatus === undefined ? undefined : String(upstreamStatus),
  };
  return [
    { '@type': `${types}ErrorInfo`, reason: kind.toUpperCase(), domain: 'faregate', metadata },
    ...(param === undefined
      ? []
      : [{ '@type': `${types}BadRequest`, fieldViolations: [{ field: param, description: message }] }]),
    ...(retryAfterMs === undefined
      ? []
      : [{ '@type': `${types}RetryInfo`, retryDelay: `${Math.ceil(retryAfterMs) / 1000}s` }]),
  ];
}

const types = 'type.googleapis.com/google.rpc.';

export function chunkEvent(chunk: Fields): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

export function failureEvent(failure: Failure, requestId: string): string {
  return `data: ${failureBody(failure, requestId)}\n\n`;
}

/** The provider's own chunks pass through; the last one waits until the call is settled. */
export function passingWords(requestId: string): StreamWords {
  let cut: readonly Fields[] = [];
  const lastChunk = (last: Buffer | undefined, usage: Usage, fare: Fare): string =>
    chunkEvent({ candidates: cut, usageMetadata: usageMetadata(usage), ...headOf(last), faregate: fare });
  return {
    // Told with the usage: this dialect's streams always end with both in one chunk.
    cutOff: (_last, choices) => {
      cut = Array.from({ length: choices }, (_, index) => cutCandidate(index));
      return '';
    },
    usage: lastChunk,
    withFare: (event, usage, fare) => (event ? withFare(event, fare) : lastChunk(undefined, usage, fare)),
    failure: (failure) => failureEvent(failure, requestId),
    done: '',
  };
}

/** It ends as if the output limit had been reached. */
function cutCandidate(index: number): Fields {
  return { content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'MAX_TOKENS', index };
}

function headOf(event: Buffer | undefined): Fields {
  const { modelVersion, responseId } = parseFields(dataOf(event)) ?? {};
  return { modelVersion, responseId };
}

function withFare(event: Buffer, fare: Fare): string | Buffer {
  const data = dataOf(event);
  if (!data.startsWith('{')) return event;
  return `data: ${spliceFields(data, new Map([['faregate', JSON.stringify(fare)]]))}\n\n`;
}

function dataOf(event: Buffer | undefined): string {
  const lines = event?.toString('utf8').split(/\r?\n/) ?? [];
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length).trim());
  return data.join('');
}
