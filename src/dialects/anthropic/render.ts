// How Anthropic's dialect says that there is no answer, or that a stream ends before its time.
import type { Failure } from '#core/failure.ts';
import type { Fields } from '#core/usage/counts.ts';
import { parseData } from '#core/usage/parse-fields.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Fare, StreamWords } from '#ports/door.ts';
import { errorType } from './error-types.ts';
import { anthropicUsage } from './usage.ts';

export function failureBody(failure: Failure, requestId: string): string {
  const { detail, kind, message } = failure;
  return JSON.stringify({
    type: 'error',
    error: {
      type: errorType(failure),
      message,
      code: kind,
      ...(detail.param === undefined ? {} : { param: detail.param }),
      ...(detail.limitSource === undefined ? {} : { limit_source: detail.limitSource }),
      ...(detail.available === undefined ? {} : { available: detail.available }),
      ...(detail.needed === undefined ? {} : { needed: detail.needed }),
      ...(detail.currency === undefined ? {} : { currency: detail.currency }),
      ...(detail.upstreamStatus === undefined ? {} : { upstream_status: detail.upstreamStatus }),
    },
    request_id: requestId,
  });
}

export function failureEvent(failure: Failure, requestId: string): string {
  return `event: error\ndata: ${failureBody(failure, requestId)}\n\n`;
}

export function eventOf(type: string, fields: Fields): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

export const stopEvent = eventOf('message_stop', {});

export interface Ending {
  readonly reason: string;
  readonly sequence?: string | undefined;
  readonly usage: Usage;
  readonly fare: Fare;
}

export function deltaEvent({ reason, sequence, usage, fare }: Ending): string {
  return eventOf('message_delta', {
    delta: { stop_reason: reason, stop_sequence: sequence ?? null },
    usage: anthropicUsage(usage),
    faregate: fare,
  });
}

/** The provider's own events pass through; the last ones wait until the call is settled. */
export function passingWords(requestId: string): StreamWords {
  return {
    cutOff: (last) => closingOf(last),
    usage: (_last, usage, fare) => deltaEvent({ reason: 'max_tokens', usage, fare }),
    withFare: (event, _usage, fare) => (event ? withFare(event, fare) : ''),
    failure: (failure) => failureEvent(failure, requestId),
    done: stopEvent,
  };
}

/** Ends the block that the last event has left open. */
function closingOf(last: Buffer | undefined): string {
  const { type, index } = parseData(last) ?? {};
  const isOpen = type === 'content_block_start' || type === 'content_block_delta';
  return isOpen && typeof index === 'number' ? eventOf('content_block_stop', { index }) : '';
}

function withFare(event: Buffer, fare: Fare): string | Buffer {
  const { type, ...fields } = parseData(event) ?? {};
  return typeof type === 'string' ? eventOf(type, { ...fields, faregate: fare }) : event;
}
