// A request's body as fields, or why it has none.
import { type Fields, isFields } from '../usage/counts.ts';
import { endOfString } from './splice.ts';

/** The deepest schemas of tools have some tens of levels; whoever walks through fields may do so by calling itself. */
const levelsMax = 512;

/** Fields, objects and lists: a few millions of them keep everybody else waiting for seconds while they are read. */
const partsMax = 250_000;

export function readJsonBody(text: string): Fields | string {
  const excess = excessOf(text);
  if (excess !== undefined) return excess;
  try {
    const parsed: unknown = JSON.parse(text);
    return isFields(parsed) ? parsed : 'The body must be a JSON object.';
  } catch (error) {
    const reason = error instanceof SyntaxError ? ` ${error.message.slice(0, 200)}.` : '';
    if (text.trim() === '') return 'The body is empty; a JSON object is needed.';
    if (text.startsWith('--')) return 'The body is a form; a JSON object is needed.';
    return `The body is not valid JSON.${reason}`;
  }
}

const quote = 0x22;

// Before it is parsed: of a body that is all brackets every byte would become an object.
function excessOf(text: string): string | undefined {
  if (text.length <= levelsMax) return undefined;
  let depth = 0;
  let parts = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at) - 1;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      parts += 1;
      if (depth > levelsMax) return `The body is nested more than ${levelsMax} levels deep.`;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
    else if (code === 0x3a) parts += 1;
    if (parts > partsMax) return `The body has more than ${partsMax.toLocaleString('en')} fields, objects and lists.`;
  }
  return undefined;
}
