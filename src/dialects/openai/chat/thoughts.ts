// Thoughts beside an answer: a text that anybody may read, and details by which their maker knows them again.
import type { ThoughtPart } from '#core/call/chat.ts';
import { readSeal, sealText } from '#core/call/seal.ts';
import { type Fields, listOf, wordOf } from '#core/usage/counts.ts';

/** What callers send back as they got it. */
export function readThoughts(fields: Fields): readonly ThoughtPart[] {
  const details = listOf(fields['reasoning_details']).flatMap(readDetail);
  if (details.length > 0) return details;
  const text = wordOf(fields, 'reasoning_content');
  return text === undefined ? [] : [{ kind: 'thought', text }];
}

function readDetail(detail: Fields): readonly ThoughtPart[] {
  const text = wordOf(detail, 'text') ?? '';
  const sealed = wordOf(detail, 'signature') ?? wordOf(detail, 'data');
  if (text === '' && sealed === undefined) return [];
  return [{ kind: 'thought', text, ...(sealed ? { seal: readSeal(sealed, 'chat-completions') } : {}) }];
}

/** Only what is sealed needs them; a text alone stands in `reasoning_content`. */
export function thoughtFields(thoughts: readonly ThoughtPart[]): Fields {
  if (thoughts.length === 0) return {};
  const details = thoughts.some(({ seal }) => seal !== undefined) ? { reasoning_details: thoughts.map(detailOf) } : {};
  return { reasoning_content: thoughts.map(({ text }) => text).join(''), ...details };
}

export function detailOf({ text, seal }: ThoughtPart, index: number): Fields {
  const sealed = seal && sealText(seal, 'chat-completions');
  if (seal?.redacted === true) return { type: 'reasoning.encrypted', index, data: sealed };
  return { type: 'reasoning.text', index, text, ...(sealed === undefined ? {} : { signature: sealed }) };
}
