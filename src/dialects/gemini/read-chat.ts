// A conversation in Gemini's dialect, in our words; what has no word there is refused by its name.
import type { AssistantPart, ChatMessage, ChatReading, TextPart, UserPart } from '#core/call/chat.ts';
import { NoCounterpart, orUntranslatable, untranslatable } from '#core/call/untranslatable.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { fieldOf, listAt, textOf } from './fields.ts';
import { readMedia } from './read-media.ts';
import { readOptions } from './read-options.ts';
import { readSealed } from './sealed.ts';

export function readChat(body: string): ChatReading {
  const fields: unknown = JSON.parse(body);
  if (!isFields(fields)) return untranslatable('contents', 'is missing.');
  return orUntranslatable((): ChatReading => {
    const calls = new CallsMade();
    const chat = {
      system: systemOf(fields),
      messages: listAt(fields, 'contents').map((content, index) => readContent(content, `contents.${index}`, calls)),
      ...readOptions(fields),
    };
    return { kind: 'chat', chat };
  });
}

function systemOf(fields: Fields): readonly TextPart[] {
  const instruction = fieldOf(fields, 'systemInstruction');
  if (instruction === undefined) return [];
  if (typeof instruction === 'string') return [{ kind: 'text', text: instruction }];
  return listAt(isFields(instruction) ? instruction : {}, 'parts').map((part, index): TextPart => {
    const { text } = part;
    if (typeof text !== 'string') throw new NoCounterpart(`systemInstruction.parts.${index}`);
    return { kind: 'text', text };
  });
}

function readContent(content: Fields, at: string, calls: CallsMade): ChatMessage {
  const role = textOf(content, 'role') ?? 'user';
  const parts = listAt(content, 'parts').map((fields, index) => ({ fields, at: `${at}.parts.${index}` }));
  if (role === 'model') return { role: 'assistant', parts: parts.flatMap((part) => readModelPart(part, calls)) };
  if (role !== 'user' && role !== 'function' && role !== 'tool') throw new NoCounterpart(`${at}.role`);
  return { role: 'user', parts: parts.map((part) => readUserPart(part, calls)) };
}

interface Placed {
  readonly fields: Fields;
  readonly at: string;
}

const meaningless = ['partMetadata', 'thought', 'thoughtSignature'];

/** The one thing that a part is; whatever else it says changes that. */
function nameOf({ fields, at }: Placed): string {
  const said = Object.keys(fields)
    .filter((name) => fields[name] !== null && fields[name] !== undefined && fields[name] !== false)
    .map((name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))
    .filter((name) => !meaningless.includes(name));
  const [name = 'text', ...more] = said;
  if (more[0] !== undefined) throw new NoCounterpart(`${at}.${more[0]}`);
  return name;
}

function readUserPart(part: Placed, calls: CallsMade): UserPart {
  const { fields, at } = part;
  const name = nameOf(part);
  if (name === 'text') return { kind: 'text', text: textOf(fields, 'text') ?? '' };
  if (name === 'inlineData' || name === 'fileData') return readMedia(fields, at);
  if (name !== 'functionResponse') throw new NoCounterpart(`${at}.${name}`);
  return readResponse(part, calls);
}

function readResponse({ fields, at }: Placed, calls: CallsMade): UserPart {
  const said = fieldOf(fields, 'functionResponse');
  const response = isFields(said) ? said : {};
  const callId = calls.answered(textOf(response, 'name') ?? '', textOf(response, 'id'));
  if (callId === undefined)
    throw new NoCounterpart(`${at}.functionResponse`, 'answers no call of a function before it.');
  const answer = fieldOf(response, 'response');
  const { text, failed } = told(isFields(answer) ? answer : {});
  const shown = listAt(response, 'parts').map((each, index) =>
    readMedia(each, `${at}.functionResponse.parts.${index}`),
  );
  return { kind: 'tool-result', callId, parts: [{ kind: 'text', text }, ...shown], failed };
}

/** Under these names the dialect has what a function put out, or why it failed; anything else is whole what it put out. */
function told(response: Fields): { readonly text: string; readonly failed: boolean } {
  const [only, ...more] = Object.keys(response);
  const failed = only === 'error' && more.length === 0;
  const value = failed || (only === 'output' && more.length === 0) ? response[only] : response;
  return { text: typeof value === 'string' ? value : JSON.stringify(value), failed };
}

function readModelPart(part: Placed, calls: CallsMade): readonly AssistantPart[] {
  const { fields, at } = part;
  const name = nameOf(part);
  const seal = readSealed(textOf(fields, 'thoughtSignature'));
  if (name === 'text') {
    const text = textOf(fields, 'text') ?? '';
    if (fields['thought'] === true) return [{ kind: 'thought', text, ...(seal ? { seal } : {}) }];
    const said: AssistantPart = { kind: 'text', text };
    return seal ? [{ kind: 'thought', text: '', seal }, said] : [said];
  }
  const called = fieldOf(fields, 'functionCall');
  if (name !== 'functionCall' || !isFields(called)) throw new NoCounterpart(`${at}.${name}`);
  const functionName = textOf(called, 'name');
  if (functionName === undefined) throw new NoCounterpart(`${at}.functionCall.name`, 'must be a text.');
  const id = calls.made(functionName, textOf(called, 'id'));
  const written = JSON.stringify(fieldOf(called, 'args') ?? {});
  const call: AssistantPart = { kind: 'tool-call', id, name: functionName, arguments: written };
  return seal ? [{ kind: 'thought', text: '', seal }, call] : [call];
}

/** Calls of functions need no ids in this dialect, and elsewhere they do: each gets one by its place. */
class CallsMade {
  readonly #open: { readonly id: string; readonly name: string }[] = [];
  #made = 0;

  made(name: string, ownId: string | undefined): string {
    const id = ownId ?? `call_${this.#made}`;
    this.#made += 1;
    this.#open.push({ id, name });
    return id;
  }

  /** The first call of this name that has no answer yet. */
  answered(name: string, id: string | undefined): string | undefined {
    const index = this.#open.findIndex((call) => (id === undefined ? call.name === name : call.id === id));
    // By its id alone an answer may stand for a call that somebody has left out of the conversation.
    return index < 0 ? id : this.#open.splice(index, 1)[0]?.id;
  }
}
