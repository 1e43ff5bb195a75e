// How the stream of a provider that speaks the same is ended: its own last event says what it cost, or ours does.
import type { Failure } from '#core/failure.ts';
import { isFields } from '#core/usage/counts.ts';
import { parseData } from '#core/usage/parse-fields.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Fare, StreamWords } from '#ports/door.ts';
import { NumberedEvents, toldOf } from './events.ts';
import { endOf } from './head.ts';
import { outputSoFar } from './output-so-far.ts';
import { responseUsage } from './usage.ts';

// Beyond it a response that is cut off is told without its output, which its caller has read.
const heardBytesMax = 16 * 1_048_576;

export class PassingResponse implements StreamWords {
  readonly done = '';
  readonly #requestId: string;
  #heard: Buffer[] = [];
  #bytes = 0;

  constructor(requestId: string) {
    this.#requestId = requestId;
  }

  /** Kept unread: only a stream that does not end by itself has to be put together. */
  hear(passed: Buffer): void {
    this.#bytes += passed.length;
    if (this.#bytes <= heardBytesMax) this.#heard.push(passed);
  }

  cutOff(last: Buffer | undefined): string {
    const { soFar, events } = this.#read(last);
    const closed = soFar.close(events);
    this.#heard.push(Buffer.from(closed));
    return closed;
  }

  usage(last: Buffer | undefined, usage: Usage, fare: Fare): string {
    const { soFar, events } = this.#read(last);
    const more = { ...endOf('length'), output: soFar.output, usage: responseUsage(usage), faregate: fare };
    return events.event('response.incomplete', { response: { ...soFar.response, ...more } });
  }

  withFare(event: Buffer | undefined, _usage: Usage, fare: Fare): string | Buffer {
    if (!event) return '';
    const { type, response, ...fields } = parseData(event) ?? {};
    if (typeof type !== 'string' || !isFields(response)) return event;
    const told = { type, response: { ...response, faregate: fare }, ...fields };
    return `event: ${type}\ndata: ${JSON.stringify(told)}\n\n`;
  }

  failure(failure: Failure): string {
    const { soFar, events } = this.#read(undefined);
    return events.failed({ ...soFar.response, output: soFar.output }, toldOf(failure, this.#requestId));
  }

  #read(last: Buffer | undefined) {
    const text = Buffer.concat(this.#heard).toString('utf8');
    const read = text.split(/\r?\n\r?\n/).map((event) => parseData(Buffer.from(event)) ?? {});
    const soFar = outputSoFar(read);
    const number = parseData(last)?.['sequence_number'];
    const next = Math.max(soFar.nextNumber, typeof number === 'number' ? number + 1 : 0);
    return { soFar, events: new NumberedEvents(next) };
  }
}
