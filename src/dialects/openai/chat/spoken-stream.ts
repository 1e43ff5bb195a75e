// A stream in our words, as chunks of OpenAI's dialect.
import type { ChatEvent, StopReason } from '#core/call/chat.ts';
import type { Failure } from '#core/failure.ts';
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Speaking, SpokenStream } from '#ports/dialect.ts';
import type { Fare } from '#ports/door.ts';
import { doneEvent, failureEvent } from '../render.ts';
import { completionUsage, finishReasons } from './completion.ts';
import { detailOf } from './thoughts.ts';

export class SpokenCompletion implements SpokenStream {
  readonly #speaking: Speaking;
  #id = 'chatcmpl';
  #thought = '';
  #thoughts = 0;
  #begun = false;
  #stop: StopReason | undefined;
  #finished = false;

  constructor(speaking: Speaking) {
    this.#speaking = speaking;
  }

  tell(event: ChatEvent): string {
    switch (event.kind) {
      case 'answer-start':
        this.#id = event.id;
        return this.#begin();
      case 'text-delta':
        return this.#say({ content: event.text });
      case 'thought-delta':
        this.#thought += event.text;
        return this.#say({ reasoning_content: event.text });
      case 'thought-seal': {
        const detail = detailOf({ kind: 'thought', text: this.#thought, seal: event.seal }, this.#thoughts);
        this.#thoughts += 1;
        this.#thought = '';
        return this.#say({ reasoning_details: [detail] });
      }
      case 'tool-call-start': {
        const called = { name: event.name, arguments: '' };
        return this.#say({ tool_calls: [{ index: event.call, id: event.id, type: 'function', function: called }] });
      }
      case 'tool-call-delta':
        return this.#say({ tool_calls: [{ index: event.call, function: { arguments: event.text } }] });
      // Told with the stream's last words, once they are due.
      case 'answer-stop':
        this.#stop = event.reason;
        return '';
      case 'failure':
        return `data: ${JSON.stringify({ error: { message: event.message, type: 'upstream_error', param: null, code: 'upstream_failed', request_id: this.#speaking.requestId } })}\n\n`;
    }
  }

  cutOff(): string {
    this.#stop = 'length';
    return this.#finish();
  }

  usage(_last: Buffer | undefined, usage: Usage, fare: Fare): string {
    return this.#finish() + this.#chunk([], { usage: completionUsage(usage), faregate: fare });
  }

  withFare(_event: Buffer | undefined, usage: Usage, fare: Fare): string {
    return this.usage(undefined, usage, fare);
  }

  failure(failure: Failure): string {
    return failureEvent(failure, this.#speaking.requestId);
  }

  get done(): string {
    return this.#finish() + doneEvent;
  }

  #begin(): string {
    if (this.#begun) return '';
    this.#begun = true;
    return this.#delta({ role: 'assistant', content: '' }, null);
  }

  #say(delta: Fields): string {
    return this.#begin() + this.#delta(delta, null);
  }

  #finish(): string {
    if (this.#finished) return '';
    this.#finished = true;
    return this.#begin() + this.#delta({}, finishReasons[this.#stop ?? 'end']);
  }

  #delta(delta: Fields, finish_reason: string | null): string {
    return this.#chunk([{ index: 0, delta, logprobs: null, finish_reason }]);
  }

  #chunk(choices: readonly Fields[], more: Fields = {}): string {
    const { call, startedAt } = this.#speaking;
    const created = Math.floor(startedAt / 1000);
    const head = { id: this.#id, object: 'chat.completion.chunk', created, model: call.name };
    return `data: ${JSON.stringify({ ...head, choices, ...more })}\n\n`;
  }
}
