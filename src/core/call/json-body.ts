// A request's body as fields, or why it has none.
import { type Fields, isFields } from '../usage/counts.ts';
import { endOfString } from './splice.ts';

/** The deepest schemas of tools have some tens of levels; whoever walks through fields may do so by calling itself. */
const levelsMax = 512;

export function readJsonBody(text: string): Fields | string {
  if (isDeeperThan(levelsMax, text)) return `The body is nested more than ${levelsMax} levels deep.`;
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
function isDeeperThan(levels: number, text: string): boolean {
  if (text.length <= levels) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at) - 1;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > levels) return true;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return false;
}
