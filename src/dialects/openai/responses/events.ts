// Events of a streamed response, each with its number.
import type { Failure } from '#core/failure.ts';
import type { Fields } from '#core/usage/counts.ts';

export class NumberedEvents {
  #next: number;

  constructor(first = 0) {
    this.#next = first;
  }

  event(type: string, fields: Fields): string {
    const numbered = { type, ...fields, sequence_number: this.#next };
    this.#next += 1;
    return `event: ${type}\ndata: ${JSON.stringify(numbered)}\n\n`;
  }

  /** Some clients look for the response that failed, others for the event that says so alone. */
  failed(response: Fields, { message, code, param, requestId }: Told): string {
    const failed = { ...response, status: 'failed', error: { code: 'server_error', message } };
    const error = { code, message, param: param ?? null, request_id: requestId };
    return this.event('response.failed', { response: failed }) + this.event('error', error);
  }
}

export interface Told {
  readonly message: string;
  readonly code: string;
  readonly param?: string | undefined;
  readonly requestId: string;
}

export function toldOf({ message, kind, detail }: Failure, requestId: string): Told {
  return { message, code: kind, param: detail.param, requestId };
}
