// A stream in our words, as chunks of Gemini's dialect: calls of functions are told whole, everything else as it comes.
import type { ChatEvent, StopReason } from '#core/call/chat.ts';
import type { Failure } from '#core/failure.ts';
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Speaking, SpokenStream } from '#ports/dialect.ts';
import type { Fare } from '#ports/door.ts';
import { calledPart, finishReasons, showsThoughts } from './answer.ts';
import { chunkEvent, failureEvent } from './render.ts';
import { sealedText } from './sealed.ts';
import { usageMetadata } from './usage.ts';

interface Calling {
  readonly id: string;
  readonly name: string;
  readonly sealed: Fields;
  arguments: string;
}

export class SpokenChunks implements SpokenStream {
  readonly done = '';
  readonly #speaking: Speaking;
  readonly #thoughts: boolean;
  readonly #calls = new Map<number, Calling>();
  #id: string;
  /** Stands on the next part. */
  #sealed: Fields = {};
  #stop: StopReason | undefined;

  constructor(speaking: Speaking) {
    this.#speaking = speaking;
    this.#id = speaking.requestId;
    this.#thoughts = showsThoughts(speaking.call);
  }

  tell(event: ChatEvent): string {
    switch (event.kind) {
      case 'answer-start':
        this.#id = event.id;
        return '';
      case 'text-delta':
        return event.text === '' ? '' : this.#say([{ text: event.text, ...this.#seal() }]);
      case 'thought-delta':
        return this.#thoughts && event.text !== '' ? this.#say([{ text: event.text, thought: true }]) : '';
      case 'thought-seal':
        this.#sealed = { thoughtSignature: sealedText(event.seal) };
        return '';
      case 'tool-call-start': {
        const { id, name, seal } = event;
        const sealed = seal === undefined ? this.#seal() : { thoughtSignature: sealedText(seal) };
        this.#calls.set(event.call, { id, name, sealed, arguments: '' });
        return '';
      }
      case 'tool-call-delta': {
        const calling = this.#calls.get(event.call);
        if (calling) calling.arguments += event.text;
        return '';
      }
      // Told with the stream's last words, once they are due; what was called is whole now.
      case 'answer-stop': {
        this.#stop = event.reason;
        return this.#flush();
      }
      case 'failure': {
        const { requestId } = this.#speaking;
        const metadata = { code: 'upstream_failed', request_id: requestId };
        const info = {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'UPSTREAM_FAILED',
          domain: 'faregate',
          metadata,
        };
        return chunkEvent({ error: { code: 502, message: event.message, status: 'UNAVAILABLE', details: [info] } });
      }
    }
  }

  /** Of a call that was cut off nobody knows what it would have been. */
  cutOff(): string {
    this.#stop = 'length';
    this.#calls.clear();
    return '';
  }

  usage(_last: Buffer | undefined, usage: Usage, fare: Fare): string {
    const flushed = this.#flush();
    const parts = [{ text: '', ...this.#seal() }];
    const candidate = { content: { parts, role: 'model' }, finishReason: finishReasons[this.#stop ?? 'end'], index: 0 };
    const last = chunkEvent({
      candidates: [candidate],
      usageMetadata: usageMetadata(usage),
      ...this.#head(),
      faregate: fare,
    });
    return flushed + last;
  }

  withFare(_event: Buffer | undefined, usage: Usage, fare: Fare): string {
    return this.usage(undefined, usage, fare);
  }

  failure(failure: Failure): string {
    return failureEvent(failure, this.#speaking.requestId);
  }

  #flush(): string {
    const parts = [...this.#calls.values()].map((calling) => ({ ...calledPart(calling), ...calling.sealed }));
    this.#calls.clear();
    return parts.length === 0 ? '' : this.#say(parts);
  }

  #seal(): Fields {
    const sealed = this.#sealed;
    this.#sealed = {};
    return sealed;
  }

  #say(parts: readonly Fields[]): string {
    return chunkEvent({ candidates: [{ content: { parts, role: 'model' }, index: 0 }], ...this.#head() });
  }

  #head(): Fields {
    return { modelVersion: this.#speaking.call.name, responseId: this.#id };
  }
}
