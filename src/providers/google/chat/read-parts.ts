// The parts of a candidate in our words.
import type { AssistantPart } from '#core/call/chat.ts';
import { type Fields, isFields, wordOf } from '#core/usage/counts.ts';

/** Gives each call of a function an id: the provider leaves it out, and everybody else needs one. */
export class PartReader {
  #calls = 0;

  get hasCalled(): boolean {
    return this.#calls > 0;
  }

  /** What is sealed is told right behind its seal, wherever a dialect has room for it. */
  read(part: Fields, answerId: string): readonly AssistantPart[] {
    const data = wordOf(part, 'thoughtSignature');
    const seal = data === undefined ? undefined : { maker: 'generate-content' as const, data };
    const text = wordOf(part, 'text');
    if (part['thought'] === true) return [{ kind: 'thought', text: text ?? '', ...(seal ? { seal } : {}) }];
    const sealed: readonly AssistantPart[] = seal ? [{ kind: 'thought', text: '', seal }] : [];
    const called = part['functionCall'];
    if (isFields(called)) return [...sealed, this.#call(called, answerId)];
    return text === undefined ? sealed : [...sealed, { kind: 'text', text }];
  }

  #call(called: Fields, answerId: string): AssistantPart {
    const id = wordOf(called, 'id') ?? `call_${answerId.replace(/[^\w-]/g, '')}_${this.#calls}`;
    this.#calls += 1;
    return {
      kind: 'tool-call',
      id,
      name: wordOf(called, 'name') ?? '',
      arguments: JSON.stringify(called['args'] ?? {}),
    };
  }
}
