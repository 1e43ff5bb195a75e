import type { Choice } from './choice.ts';

/** A step of one choice in a stream: the JSON of its delta, and how many tokens that is. */
export interface Delta {
  readonly choice: number;
  readonly json: string;
  readonly tokens: number;
  /** Of the same choice, sent before. */
  readonly tokensBefore: number;
}

/** Says who speaks, and whether in words. */
export function openingOf(choice: Choice): string {
  const inWords = choice.parts.every((part) => part.kind === 'text');
  return inWords ? '{"role":"assistant","content":"","refusal":null}' : '{"role":"assistant","content":null}';
}

export function* deltasOf(choice: Choice, index: number, burst: number): Generator<Delta> {
  let tokensBefore = 0;
  let toolCall = 0;
  for (const part of choice.parts) {
    if (part.kind === 'tool-call') {
      const call = { index: toolCall, id: part.id, type: 'function', function: { name: part.name, arguments: '' } };
      yield { choice: index, json: JSON.stringify({ tool_calls: [call] }), tokens: 0, tokensBefore };
    }
    for (let start = 0; start < part.pieces.length; start += burst) {
      const pieces = part.pieces.slice(start, start + burst);
      const text = JSON.stringify(pieces.join(''));
      const json =
        part.kind === 'text'
          ? `{"content":${text}}`
          : `{"tool_calls":[{"index":${toolCall},"function":{"arguments":${text}}}]}`;
      yield { choice: index, json, tokens: pieces.length, tokensBefore };
      tokensBefore += pieces.length;
    }
    if (part.kind === 'tool-call') toolCall += 1;
  }
}

/** One from each in turn, until all are at their end. */
export function* takingTurns<Item>(sources: readonly Generator<Item>[]): Generator<Item> {
  let speaking = sources;
  while (speaking.length > 0) {
    const still: Generator<Item>[] = [];
    for (const source of speaking) {
      const next = source.next();
      if (next.done === true) continue;
      still.push(source);
      yield next.value;
    }
    speaking = still;
  }
}
