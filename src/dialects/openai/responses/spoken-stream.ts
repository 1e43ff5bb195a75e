// A stream in our words, as the typed events of a response: items with numbers, each opened, filled and closed.
import type { ChatEvent, StopReason } from '#core/call/chat.ts';
import type { Seal } from '#core/call/seal.ts';
import type { Failure } from '#core/failure.ts';
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Speaking, SpokenStream } from '#ports/dialect.ts';
import type { Fare } from '#ports/door.ts';
import { NumberedEvents, toldOf } from './events.ts';
import { type Asked, askedIn, endOf, shortId } from './head.ts';
import {
  itemId,
  type ItemStatus,
  messageItem,
  plainInput,
  reasoningItem,
  summaryPart,
  textPart,
  type ToolCalled,
  toolItem,
} from './items.ts';
import { responseUsage } from './usage.ts';

interface OpenItem {
  readonly index: number;
  readonly id: string;
  /** Of what it says so far. */
  text: string;
}

interface OpenCall extends OpenItem {
  readonly called: ToolCalled;
}

export class SpokenResponse implements SpokenStream {
  /** The last event of a response ends its stream. */
  readonly done = '';
  readonly #speaking: Speaking;
  readonly #asked: Asked;
  readonly #events = new NumberedEvents();
  readonly #output: Fields[] = [];
  readonly #calls = new Map<number, OpenCall>();
  #message: OpenItem | undefined;
  #thought: OpenItem | undefined;
  #items = 0;
  #begun = false;
  #stop: StopReason = 'end';

  constructor(speaking: Speaking) {
    this.#speaking = speaking;
    this.#asked = askedIn(speaking);
  }

  tell(event: ChatEvent): string {
    switch (event.kind) {
      case 'answer-start':
        return this.#begin();
      case 'text-delta':
        return this.#begin() + this.#say(event.text);
      case 'thought-delta':
        return this.#begin() + this.#think(event.text);
      case 'thought-seal':
        return this.#begin() + this.#seal(event.seal);
      case 'tool-call-start':
        return this.#begin() + this.#call(event.call, event.id, event.name);
      case 'tool-call-delta':
        return this.#argue(event.call, event.text);
      // Told with the stream's last words, once they are due.
      case 'answer-stop':
        this.#stop = event.reason;
        return '';
      case 'failure':
        return this.#fail({ message: event.message, code: 'upstream_failed' });
    }
  }

  cutOff(): string {
    this.#stop = 'length';
    return this.#begin() + this.#close('incomplete');
  }

  usage(_last: Buffer | undefined, usage: Usage, fare: Fare): string {
    const end = endOf(this.#stop);
    const more = { ...end, usage: responseUsage(usage), faregate: fare };
    return this.#event(`response.${end.status}`, { response: this.#response(more) });
  }

  withFare(_event: Buffer | undefined, usage: Usage, fare: Fare): string {
    const status = endOf(this.#stop).status === 'completed' ? 'completed' : 'incomplete';
    return this.#begin() + this.#close(status) + this.usage(undefined, usage, fare);
  }

  failure(failure: Failure): string {
    return this.#fail(toldOf(failure, this.#speaking.requestId));
  }

  #fail(told: { readonly message: string; readonly code: string; readonly param?: string | undefined }): string {
    const { requestId } = this.#speaking;
    return this.#begin() + this.#events.failed(this.#response({ incomplete_details: null }), { ...told, requestId });
  }

  #event(type: string, fields: Fields): string {
    return this.#events.event(type, fields);
  }

  #response(more: Fields): Fields {
    return { ...this.#asked.head, output: this.#output, usage: null, ...more };
  }

  #begin(): string {
    if (this.#begun) return '';
    this.#begun = true;
    const response = this.#response({ status: 'in_progress', incomplete_details: null });
    return this.#event('response.created', { response }) + this.#event('response.in_progress', { response });
  }

  #open(kind: 'text' | 'thought' | 'tool-call'): OpenItem {
    const index = this.#items;
    this.#items += 1;
    return { index, id: itemId(kind, shortId(this.#speaking.requestId), index), text: '' };
  }

  #added({ index }: OpenItem, item: Fields): string {
    return this.#event('response.output_item.added', { output_index: index, item });
  }

  #finished({ index }: OpenItem, item: Fields): string {
    this.#output[index] = item;
    return this.#event('response.output_item.done', { output_index: index, item });
  }

  #say(delta: string): string {
    let told = '';
    if (!this.#message) {
      told += this.#closeThought(undefined);
      const open = this.#open('text');
      this.#message = open;
      told += this.#added(open, messageItem(open.id, undefined, 'in_progress'));
      told += this.#event('response.content_part.added', { ...placeIn(open), part: textPart('') });
    }
    this.#message.text += delta;
    return told + this.#event('response.output_text.delta', { ...placeIn(this.#message), delta, logprobs: [] });
  }

  #think(delta: string): string {
    const told = this.#openThought();
    const thought = this.#thought;
    if (!thought) return told;
    const place = { item_id: thought.id, output_index: thought.index, summary_index: 0 };
    const begun =
      thought.text === ''
        ? this.#event('response.reasoning_summary_part.added', { ...place, part: summaryPart('') })
        : '';
    thought.text += delta;
    return told + begun + this.#event('response.reasoning_summary_text.delta', { ...place, delta });
  }

  #openThought(): string {
    if (this.#thought) return '';
    const closed = this.#closeMessage('completed');
    this.#thought = this.#open('thought');
    return closed + this.#added(this.#thought, reasoningItem(this.#thought.id, '', undefined));
  }

  #seal(seal: Seal): string {
    return this.#openThought() + this.#closeThought(seal);
  }

  #call(call: number, callId: string, name: string): string {
    const closed = this.#closeThought(undefined) + this.#closeMessage('completed');
    const item = this.#open('tool-call');
    const called = { id: item.id, callId, name, isPlain: this.#asked.plainTools.has(name) };
    const open = { ...item, called };
    this.#calls.set(call, open);
    return closed + this.#added(open, toolItem(called, '', 'in_progress'));
  }

  #argue(call: number, delta: string): string {
    const open = this.#calls.get(call);
    if (!open) return '';
    open.text += delta;
    // Plain text stands inside of the arguments: it can be told once they are whole.
    if (open.called.isPlain) return '';
    const { id: item_id, index: output_index } = open;
    return this.#event('response.function_call_arguments.delta', { item_id, output_index, delta });
  }

  #close(status: ItemStatus): string {
    let told = this.#closeThought(undefined) + this.#closeMessage(status);
    for (const open of this.#calls.values()) told += this.#closeCall(open, status);
    this.#calls.clear();
    return told;
  }

  #closeMessage(status: ItemStatus): string {
    const open = this.#message;
    if (!open) return '';
    this.#message = undefined;
    const place = placeIn(open);
    return (
      this.#event('response.output_text.done', { ...place, text: open.text, logprobs: [] }) +
      this.#event('response.content_part.done', { ...place, part: textPart(open.text) }) +
      this.#finished(open, messageItem(open.id, open.text, status))
    );
  }

  #closeThought(seal: Seal | undefined): string {
    const open = this.#thought;
    if (!open) return '';
    this.#thought = undefined;
    const place = { item_id: open.id, output_index: open.index, summary_index: 0 };
    const told =
      open.text === ''
        ? ''
        : this.#event('response.reasoning_summary_text.done', { ...place, text: open.text }) +
          this.#event('response.reasoning_summary_part.done', { ...place, part: summaryPart(open.text) });
    return told + this.#finished(open, reasoningItem(open.id, open.text, seal));
  }

  #closeCall(open: OpenCall, status: ItemStatus): string {
    const { called, id: item_id, index: output_index, text } = open;
    const place = { item_id, output_index };
    const item = toolItem(called, text, status);
    if (!called.isPlain) {
      return (
        this.#event('response.function_call_arguments.done', { ...place, name: called.name, arguments: text }) +
        this.#finished(open, item)
      );
    }
    const input = plainInput(text);
    return (
      this.#event('response.custom_tool_call_input.delta', { ...place, delta: input }) +
      this.#event('response.custom_tool_call_input.done', { ...place, input }) +
      this.#finished(open, item)
    );
  }
}

function placeIn({ id, index }: OpenItem): Fields {
  return { item_id: id, output_index: index, content_index: 0 };
}
