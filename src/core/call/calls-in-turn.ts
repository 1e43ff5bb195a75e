// Calls of tools one after the other: the pieces of several may take turns as they come, and some dialects have room for
// one at a time.
import type { ChatEvent } from './chat.ts';

export class CallsInTurn {
  #open: { readonly call: number; text: string } | undefined;
  /** What came of calls that began before the open one was whole. */
  readonly #waiting = new Map<number, ChatEvent[]>();

  /** What can be told now that this came. */
  next(event: ChatEvent): readonly ChatEvent[] {
    switch (event.kind) {
      case 'tool-call-start':
        if (this.#open && !isWhole(this.#open.text)) {
          this.#waiting.set(event.call, [event]);
          return [];
        }
        this.#open = { call: event.call, text: '' };
        return [event];
      case 'tool-call-delta': {
        const waiting = this.#waiting.get(event.call);
        if (waiting) {
          waiting.push(event);
          return [];
        }
        // Behind an object that was whole there is nothing left to say.
        if (this.#open?.call !== event.call) return [];
        this.#open.text += event.text;
        return this.#waiting.size === 0 ? [event] : [event, ...this.#goOn()];
      }
      case 'answer-stop':
        return [...this.rest(), event];
      case 'answer-start':
      case 'text-delta':
      case 'thought-delta':
      case 'thought-seal':
      case 'failure':
        return [event];
    }
  }

  /** What still waits when nothing more comes. */
  rest(): readonly ChatEvent[] {
    const rest = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    return rest;
  }

  #goOn(): readonly ChatEvent[] {
    const told: ChatEvent[] = [];
    for (const [call, events] of this.#waiting) {
      if (this.#open && !isWhole(this.#open.text)) break;
      this.#waiting.delete(call);
      this.#open = { call, text: events.map((each) => (each.kind === 'tool-call-delta' ? each.text : '')).join('') };
      told.push(...events);
    }
    return told;
  }
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
