// A stream in our words, as events of Cohere's chat.
import { CallsInTurn } from '#core/call/calls-in-turn.ts';
import type { ChatEvent, StopReason } from '#core/call/chat.ts';
import type { Failure } from '#core/failure.ts';
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Speaking, SpokenStream } from '#ports/dialect.ts';
import type { Fare } from '#ports/door.ts';
import { usageOf } from '../usage.ts';
import { finishReasons } from './finish-reasons.ts';
import { eventText, failureEvent } from './words.ts';

interface Block {
  readonly kind: 'text' | 'thinking' | 'tool-call';
  readonly index: number;
}

export class SpokenChat implements SpokenStream {
  readonly done = '';
  readonly #speaking: Speaking;
  readonly #inTurn = new CallsInTurn();
  #id = 'answer';
  #begun = false;
  #block: Block | undefined;
  #blocks = 0;
  #stop: StopReason = 'end';

  constructor(speaking: Speaking) {
    this.#speaking = speaking;
  }

  tell(event: ChatEvent): string {
    return this.#tellAll(this.#inTurn.next(event));
  }

  #tellAll(events: readonly ChatEvent[]): string {
    return events.map((event) => this.#tell(event)).join('');
  }

  #tell(event: ChatEvent): string {
    switch (event.kind) {
      case 'answer-start':
        this.#id = event.id;
        return this.#begin();
      case 'text-delta':
        return this.#open('text') + this.#delta({ text: event.text });
      case 'thought-delta':
        return this.#open('thinking') + this.#delta({ thinking: event.text });
      // The dialect has no room for it.
      case 'thought-seal':
        return '';
      case 'tool-call-start':
        return this.#call(event);
      case 'tool-call-delta':
        return this.#called('tool-call-delta', { function: { arguments: event.text } });
      // Told with the stream's last words, once they are due.
      case 'answer-stop':
        this.#stop = event.reason;
        return this.#close();
      case 'failure': {
        const delta = { error: event.message, finish_reason: 'ERROR' };
        return eventText('message-end', { id: this.#speaking.requestId, delta });
      }
    }
  }

  cutOff(): string {
    this.#stop = 'length';
    return this.#rest() + this.#close();
  }

  usage(_last: Buffer | undefined, usage: Usage, fare: Fare): string {
    const delta = { finish_reason: finishReasons[this.#stop], usage: usageOf(usage) };
    return (
      this.#begin() + this.#rest() + this.#close() + eventText('message-end', { id: this.#id, delta, faregate: fare })
    );
  }

  withFare(_event: Buffer | undefined, usage: Usage, fare: Fare): string {
    return this.usage(undefined, usage, fare);
  }

  failure(failure: Failure): string {
    return failureEvent(failure, this.#speaking.requestId);
  }

  #rest(): string {
    return this.#tellAll(this.#inTurn.rest());
  }

  #begin(): string {
    if (this.#begun) return '';
    this.#begun = true;
    const message = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] };
    return eventText('message-start', { id: this.#id, delta: { message } });
  }

  #open(kind: 'text' | 'thinking'): string {
    if (this.#block?.kind === kind) return '';
    const before = this.#begin() + this.#close();
    this.#block = { kind, index: this.#blocks };
    return before + this.#say('content-start', { content: { type: kind, [kind]: '' } });
  }

  #delta(content: Fields): string {
    return this.#say('content-delta', { content });
  }

  #call({ id, name }: Extract<ChatEvent, { readonly kind: 'tool-call-start' }>): string {
    const before = this.#begin() + this.#close();
    this.#block = { kind: 'tool-call', index: this.#blocks };
    return before + this.#called('tool-call-start', { id, type: 'function', function: { name, arguments: '' } });
  }

  #called(type: string, tool_calls: Fields): string {
    return this.#say(type, { tool_calls });
  }

  #say(type: string, message: Fields): string {
    return eventText(type, { index: this.#block?.index ?? 0, delta: { message } });
  }

  #close(): string {
    if (!this.#block) return '';
    const { kind, index } = this.#block;
    this.#block = undefined;
    this.#blocks += 1;
    return eventText(kind === 'tool-call' ? 'tool-call-end' : 'content-end', { index });
  }
}
