// A request's body as fields, or why it has none.
import { type Fields, isFields } from '../usage/counts.ts';

export function readJsonBody(text: string): Fields | string {
  try {
    const parsed: unknown = JSON.parse(text);
    return isFields(parsed) ? parsed : 'The body must be a JSON object.';
  } catch (error) {
    const reason = error instanceof SyntaxError ? ` ${error.message.slice(0, 200)}.` : '';
    return text.trim() === '' ? 'The body is empty; a JSON object is needed.' : `The body is not valid JSON.${reason}`;
  }
}
