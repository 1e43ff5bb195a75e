// A conversation that another maker's model began: its seals came to the caller as bytes that mean nothing here, and on its
// calls of functions there is none, or another's, where newer models ask for their own.
import type { FieldEdits } from '#core/call/splice.ts';
import type { Target } from '#core/catalog/catalog.ts';
import { type Fields, isFields, wordOf } from '#core/usage/counts.ts';
import { needsSeals, noSeal } from './chat/seals.ts';

const nothing: FieldEdits = new Map();
// What a seal of another maker begins with, as bytes are written in this dialect.
const foreign = Buffer.from('faregate:').toString('base64');
const calls = ['"functionCall"', '"function_call"'] as const;
const seals = ['thoughtSignature', 'thought_signature'] as const;

/** The body is only looked into when there may be something to change. */
export function withoutForeignThoughts(body: string, target: Target): FieldEdits {
  const asksForSeals = needsSeals(target);
  if (!body.includes(foreign) && !(asksForSeals && calls.some((each) => body.includes(each)))) return nothing;
  const fields: unknown = JSON.parse(body);
  const contents = isFields(fields) ? fields['contents'] : undefined;
  if (!Array.isArray(contents)) return nothing;
  const own = contents.map((content: unknown) => ownContent(content, asksForSeals));
  return own.every((content, index) => content === contents[index])
    ? nothing
    : new Map([['contents', JSON.stringify(own.filter((content) => content !== undefined))]]);
}

/** `undefined` where nothing is left of it. */
function ownContent(content: unknown, asksForSeals: boolean): unknown {
  const parts = isFields(content) && content['role'] === 'model' ? content['parts'] : undefined;
  if (!isFields(content) || !Array.isArray(parts)) return content;
  const own = parts.map(ownPart).filter((part) => part !== undefined);
  const first = asksForSeals ? own.findIndex((part) => isFields(part) && isCall(part)) : -1;
  const call = own[first];
  if (isFields(call) && sealOf(call) === undefined) own[first] = { ...call, thoughtSignature: noSeal };
  if (own.length === parts.length && own.every((part, index) => part === parts[index])) return content;
  return own.length === 0 ? undefined : { ...content, parts: own };
}

function ownPart(part: unknown): unknown {
  if (!isFields(part) || sealOf(part)?.startsWith(foreign) !== true) return part;
  const { thoughtSignature: _camel, thought_signature: _snake, ...said } = part;
  // A thought is for its maker, and an empty text had nothing but the seal.
  return said['thought'] === true || said['text'] === '' ? undefined : said;
}

function sealOf(part: Fields): string | undefined {
  return seals.map((name) => wordOf(part, name)).find((seal) => seal !== undefined);
}

function isCall(part: Fields): boolean {
  return isFields(part['functionCall']) || isFields(part['function_call']);
}
