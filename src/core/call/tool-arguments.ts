// What a tool is called with, for those who write it as an object; the dialect of most writes it as text.
import { parseFields } from '../usage/parse-fields.ts';
import type { Fields } from '../usage/counts.ts';
import type { AssistantPart } from './chat.ts';
import { NoCounterpart } from './untranslatable.ts';

/** @throws NoCounterpart when the text is no object. */
export function toolArguments({ arguments: text }: Extract<AssistantPart, { readonly kind: 'tool-call' }>): Fields {
  const fields = parseFields(text.trim() === '' ? '{}' : text);
  if (!fields) throw new NoCounterpart('messages', 'has a tool call without JSON.');
  return fields;
}
