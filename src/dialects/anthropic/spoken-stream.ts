// A stream in our words, as events of Anthropic's dialect: blocks with numbers, one after the other.
import { CallsInTurn } from '#core/call/calls-in-turn.ts';
import type { ChatEvent, StopReason } from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Seal, sealText } from '#core/call/seal.ts';
import type { Failure } from '#core/failure.ts';
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { SpokenStream } from '#ports/dialect.ts';
import type { Fare } from '#ports/door.ts';
import { messageId, stopReasons } from './answer.ts';
import { deltaEvent, eventOf, failureEvent, stopEvent } from './render.ts';

type BlockName = 'text' | 'thinking' | `tool ${number}`;

export class SpokenMessage implements SpokenStream {
  readonly done = stopEvent;
  readonly #model: string;
  readonly #requestId: string;
  readonly #blocks = new Map<BlockName, number>();
  readonly #inTurn = new CallsInTurn();
  #open: BlockName | undefined;
  #nextIndex = 0;
  #begun = false;
  #stop: StopReason | undefined;
  #sequence: string | undefined;

  constructor({ name }: ModelCall, requestId: string) {
    this.#model = name;
    this.#requestId = requestId;
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
        return this.#begin(event.id);
      case 'text-delta':
        return this.#say('text', { type: 'text', text: '' }, { type: 'text_delta', text: event.text });
      case 'thought-delta':
        return this.#think({ type: 'thinking_delta', thinking: event.text });
      case 'thought-seal':
        return this.#seal(event.seal);
      case 'tool-call-start': {
        const block = { type: 'tool_use', id: event.id, name: event.name, input: {} };
        return this.#begin() + this.#start(`tool ${event.call}`, block);
      }
      case 'tool-call-delta': {
        const index = this.#blocks.get(`tool ${event.call}`);
        if (index === undefined) return '';
        return eventOf('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: event.text } });
      }
      case 'answer-stop':
        this.#stop = event.reason;
        this.#sequence = event.stopSequence;
        return this.#begin() + this.#close();
      case 'failure':
        return eventOf('error', { error: { type: 'api_error', message: event.message }, request_id: this.#requestId });
    }
  }

  cutOff(): string {
    this.#stop = 'length';
    return this.#begin() + this.#rest() + this.#close();
  }

  usage(_last: Buffer | undefined, usage: Usage, fare: Fare): string {
    return deltaEvent({ reason: stopReasons[this.#stop ?? 'end'], sequence: this.#sequence, usage, fare });
  }

  withFare(_event: Buffer | undefined, usage: Usage, fare: Fare): string {
    return this.#begin() + this.#rest() + this.#close() + this.usage(undefined, usage, fare);
  }

  failure(failure: Failure): string {
    return failureEvent(failure, this.#requestId);
  }

  #rest(): string {
    return this.#tellAll(this.#inTurn.rest());
  }

  #begin(id = this.#requestId): string {
    if (this.#begun) return '';
    this.#begun = true;
    // How long the prompt is, the provider says at the end.
    const usage = { input_tokens: 0, output_tokens: 0 };
    const head = { id: messageId(id), type: 'message', role: 'assistant', model: this.#model, content: [] };
    return eventOf('message_start', { message: { ...head, stop_reason: null, stop_sequence: null, usage } });
  }

  #think(delta: Fields): string {
    return this.#say('thinking', { type: 'thinking', thinking: '', signature: '' }, delta);
  }

  #seal(seal: Seal): string {
    const text = sealText(seal, 'messages');
    if (seal.redacted !== true) return this.#think({ type: 'signature_delta', signature: text }) + this.#close();
    const block = { type: 'redacted_thinking', data: text };
    return this.#begin() + this.#start('thinking', block) + this.#close();
  }

  #say(name: BlockName, block: Fields, delta: Fields): string {
    const started = this.#begin() + (this.#open === name ? '' : this.#start(name, block));
    return started + eventOf('content_block_delta', { index: this.#blocks.get(name), delta });
  }

  #start(name: BlockName, block: Fields): string {
    const closed = this.#close();
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    this.#blocks.set(name, index);
    this.#open = name;
    return closed + eventOf('content_block_start', { index, content_block: block });
  }

  #close(): string {
    const index = this.#open === undefined ? undefined : this.#blocks.get(this.#open);
    this.#open = undefined;
    return index === undefined ? '' : eventOf('content_block_stop', { index });
  }
}
