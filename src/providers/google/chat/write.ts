// A conversation in our words, as a request of Gemini's dialect.
import type {
  AssistantPart,
  ChatMessage,
  ChatRequest,
  ContentPart,
  DocumentPart,
  MediaSource,
  ToolResultPart,
  Untranslatable,
} from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { toolArguments } from '#core/call/tool-arguments.ts';
import { NoCounterpart, orUntranslatable } from '#core/call/untranslatable.ts';
import type { Target } from '#core/catalog/catalog.ts';
import type { Fields } from '#core/usage/counts.ts';
import { needsSeals, noSeal } from './seals.ts';
import { writeOptions } from './write-options.ts';

/** The limit is set for every call that leaves. */
export function writeContents(chat: ChatRequest, _call: ModelCall, target: Target): string | Untranslatable {
  return orUntranslatable(() => {
    const names = new Map<string, string>();
    const contents = chat.messages.flatMap((message) => writeMessage(message, names, target));
    const system = chat.system.map(({ text }) => ({ text }));
    return JSON.stringify({
      systemInstruction: system.length === 0 ? undefined : { parts: system },
      contents,
      ...writeOptions(chat, target),
    });
  });
}

/** `names` are those of the functions that were called, by the ids of their calls. */
function writeMessage(message: ChatMessage, names: Map<string, string>, target: Target): readonly Fields[] {
  switch (message.role) {
    case 'system':
      throw new NoCounterpart('messages', 'has a system message in its midst, where this model takes none.');
    case 'user': {
      const results = message.parts.filter((part) => part.kind === 'tool-result');
      // What a function shows comes right behind what all of them answered, which stands alone.
      const shown = results.flatMap(({ parts }) => parts.filter((part) => part.kind !== 'text'));
      const said = [...shown, ...message.parts.filter((part) => part.kind !== 'tool-result')].map(writePart);
      const answered = results.map((result) => writeResult(result, names));
      return [answered, said].filter((parts) => parts.length > 0).map((parts) => ({ role: 'user', parts }));
    }
    case 'assistant': {
      for (const part of message.parts) if (part.kind === 'tool-call') names.set(part.id, part.name);
      const parts = writeTurn(message.parts, target);
      return parts.length === 0 ? [] : [{ role: 'model', parts }];
    }
  }
}

function writeResult({ callId, parts, failed }: ToolResultPart, names: ReadonlyMap<string, string>): Fields {
  const name = names.get(callId);
  if (name === undefined) throw new NoCounterpart('messages', 'has the result of a tool that was not called before.');
  const text = parts.map((part) => (part.kind === 'text' ? part.text : `[The ${part.kind} follows.]`)).join('\n');
  return { functionResponse: { id: callId, name, response: failed ? { error: text } : { output: text } } };
}

/**
 * A seal belongs to the call that it led to, and without one to the text. What was thought need not be said again, and
 * what another maker has thought is not for this one.
 */
function writeTurn(parts: readonly AssistantPart[], target: Target): readonly Fields[] {
  const written: Fields[] = [];
  let seal: string | undefined;
  let called = false;
  for (const part of parts) {
    if (part.kind === 'thought') {
      if (part.seal?.maker === 'generate-content') seal = part.seal.data;
    } else if (part.kind === 'text') {
      if (part.text !== '') written.push({ text: part.text });
    } else {
      const own = part.seal?.maker === 'generate-content' ? part.seal.data : seal;
      const missing = called || !needsSeals(target) ? undefined : noSeal;
      written.push({ ...writeCall(part), thoughtSignature: own ?? missing });
      seal = undefined;
      called = true;
    }
  }
  const last = written.at(-1);
  return seal === undefined || !last ? written : [...written.slice(0, -1), { ...last, thoughtSignature: seal }];
}

function writeCall(part: Extract<AssistantPart, { readonly kind: 'tool-call' }>): Fields {
  return { functionCall: { id: part.id, name: part.name, args: toolArguments(part) } };
}

function writePart(part: ContentPart): Fields {
  switch (part.kind) {
    case 'text':
      return { text: part.text };
    case 'image':
      // How closely to look is said for all pictures together here.
      if (part.detail === 'low') throw new NoCounterpart('detail');
      return writeMedia(part.source);
    case 'document':
      return writeDocument(part);
    case 'audio':
      return writeMedia(part.source);
  }
}

function writeDocument({ source, name }: DocumentPart): Fields {
  if (source.kind !== 'text') return writeMedia(source, 'application/pdf');
  return { text: name === undefined ? source.text : `${name}\n\n${source.text}` };
}

function writeMedia(source: MediaSource, type?: string): Fields {
  if (source.kind === 'base64') return { inlineData: { mimeType: source.mediaType, data: source.data } };
  const mimeType = type ?? typeByName(source.url);
  return { fileData: { mimeType, fileUri: source.url } };
}

const types: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
};

/** What is at an address must be told its type; by its name, or as the most of them are. */
function typeByName(url: string): string {
  const ending = /\.(\w+)(?:[?#]|$)/.exec(url)?.[1]?.toLowerCase() ?? '';
  return types[ending] ?? 'image/jpeg';
}
