// How a stream of Cohere's dialect ends: one last event has the reason, the usage and what it cost.
import type { Failure } from '#core/failure.ts';
import type { Fields } from '#core/usage/counts.ts';
import { parseData } from '#core/usage/parse-fields.ts';
import type { StreamWords } from '#ports/door.ts';
import { usageOf } from '../usage.ts';

export function eventText(type: string, fields: Fields): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

export function failureEvent({ kind, message }: Failure, requestId: string): string {
  return eventText('message-end', { id: requestId, delta: { error: message, code: kind, finish_reason: 'ERROR' } });
}

/** Where the provider speaks it, too. */
export function passingWords(requestId: string): StreamWords {
  let isCut = false;
  return {
    cutOff() {
      isCut = true;
      return '';
    },
    usage: (_last, usage, fare) => {
      const delta = { finish_reason: isCut ? 'MAX_TOKENS' : 'COMPLETE', usage: usageOf(usage) };
      return eventText('message-end', { id: requestId, delta, faregate: fare });
    },
    withFare(event, _usage, fare) {
      const data = event && parseData(event);
      return data ? eventText('message-end', { ...data, faregate: fare }) : '';
    },
    failure: (failure) => failureEvent(failure, requestId),
    done: '',
  };
}
