// How OpenAI's dialect says that there is no answer, or that a stream ends before its time.
import type { Failure } from '#core/failure.ts';
import { parseData } from '#core/usage/parse-fields.ts';
import { errorTypes } from './error-types.ts';

export function failureBody(failure: Failure, requestId: string): string {
  const { detail, kind, message } = failure;
  return JSON.stringify({
    error: {
      message,
      type: errorTypes[kind],
      param: detail.param ?? null,
      code: kind,
      request_id: requestId,
      ...(detail.limitSource === undefined ? {} : { limit_source: detail.limitSource }),
      ...(detail.available === undefined ? {} : { available: detail.available }),
      ...(detail.needed === undefined ? {} : { needed: detail.needed }),
      ...(detail.currency === undefined ? {} : { currency: detail.currency }),
      ...(detail.upstreamStatus === undefined ? {} : { upstream_status: detail.upstreamStatus }),
    },
  });
}

export function failureEvent(failure: Failure, requestId: string): string {
  return `data: ${failureBody(failure, requestId)}\n\n`;
}

export const doneEvent = 'data: [DONE]\n\n';

/** The chunk that ends every choice as if the output limit had been reached; made in the likeness of one that came before. */
export function lengthEvent(lastEvent: Buffer | undefined, choices: number): string {
  const last = parseData(lastEvent) ?? {};
  const chunk = {
    id: last['id'] ?? 'chatcmpl-cut',
    object: 'chat.completion.chunk',
    created: last['created'] ?? 0,
    model: last['model'] ?? '',
    choices: Array.from({ length: choices }, (_, index) => ({
      index,
      delta: {},
      logprobs: null,
      finish_reason: 'length',
    })),
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** The usage chunk of a stream that the provider did not live to send. */
export function usageEvent(
  lastEvent: Buffer | undefined,
  usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number },
  fare: Readonly<Record<string, string>>,
): string {
  const { id, created, model, object } = parseData(lastEvent) ?? {};
  const { prompt_tokens, completion_tokens, total_tokens } = usage;
  const counts = { prompt_tokens, completion_tokens, total_tokens };
  const kind = object ?? 'chat.completion.chunk';
  const chunk = { id, object: kind, created, model, choices: [], usage: counts, faregate: fare };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** The provider's own usage chunk with what was charged beside it. */
export function withFare(event: Buffer | undefined, fare: Readonly<Record<string, string>>): string | Buffer {
  if (!event) return '';
  const chunk = parseData(event) ?? {};
  return 'usage' in chunk ? `data: ${JSON.stringify({ ...chunk, faregate: fare })}\n\n` : event;
}
