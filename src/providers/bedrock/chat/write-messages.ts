// What has been said, as Converse has it: turns that take turns, and everything shown as bytes.
import type {
  AssistantPart,
  ChatMessage,
  ContentPart,
  DocumentPart,
  ImagePart,
  TextPart,
  ThoughtPart,
  UserPart,
} from '#core/call/chat.ts';
import { toolArguments } from '#core/call/tool-arguments.ts';
import { NoCounterpart } from '#core/call/untranslatable.ts';
import type { Fields } from '#core/usage/counts.ts';

export function writeSystem(parts: readonly TextPart[]): readonly Fields[] {
  return parts.flatMap((part) => [...textOf(part), ...cachePoint(part)]);
}

export function writeMessages(messages: readonly ChatMessage[]): readonly Fields[] {
  const written: { readonly role: string; readonly content: Fields[] }[] = [];
  for (const message of messages) {
    if (message.role === 'system') {
      throw new NoCounterpart('messages', 'has instructions within the conversation; put them first for this model.');
    }
    const content = message.parts.flatMap(writePart);
    const last = written.at(-1);
    if (last?.role === message.role) last.content.push(...content);
    else written.push({ role: message.role, content });
  }
  return written;
}

function writePart(part: UserPart | AssistantPart): readonly Fields[] {
  return [...blocksOf(part), ...(part.kind === 'thought' ? [] : cachePoint(part))];
}

function blocksOf(part: UserPart | AssistantPart): readonly Fields[] {
  switch (part.kind) {
    case 'thought':
      return thoughtOf(part);
    case 'tool-call':
      return [{ toolUse: { toolUseId: part.id, name: part.name, input: toolArguments(part) } }];
    case 'tool-result': {
      const content = part.parts.flatMap(contentOf);
      return [{ toolResult: { toolUseId: part.callId, content, ...(part.failed ? { status: 'error' } : {}) } }];
    }
    case 'text':
    case 'image':
    case 'document':
    case 'audio':
      return contentOf(part);
  }
}

function contentOf(part: ContentPart): readonly Fields[] {
  switch (part.kind) {
    case 'text':
      return textOf(part);
    case 'image':
      return [imageOf(part)];
    case 'document':
      return [documentOf(part)];
    case 'audio':
      throw new NoCounterpart('messages', 'holds audio, which this model does not hear.');
  }
}

/** The dialect knows no blank texts. */
function textOf({ text }: TextPart): readonly Fields[] {
  return text.trim() === '' ? [] : [{ text }];
}

function cachePoint({ cache }: Pick<TextPart, 'cache'>): readonly Fields[] {
  return cache === undefined ? [] : [{ cachePoint: { type: 'default', ...(cache === '1h' ? { ttl: cache } : {}) } }];
}

/** Only what was sealed here is read again here. */
function thoughtOf({ text, seal }: ThoughtPart): readonly Fields[] {
  if (seal?.maker !== 'converse') return [];
  if (seal.redacted === true) return [{ reasoningContent: { redactedContent: seal.data } }];
  return [{ reasoningContent: { reasoningText: { text, signature: seal.data } } }];
}

const imageFormats: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

function imageOf({ source, detail }: ImagePart): Fields {
  if (detail === 'low') throw new NoCounterpart('detail');
  if (source.kind === 'url') throw new NoCounterpart('messages', 'has a picture by its address; send its bytes.');
  const format = imageFormats[source.mediaType];
  if (format === undefined)
    throw new NoCounterpart('messages', `has a picture of a type (${source.mediaType}) that is not seen here.`);
  return { image: { format, source: { bytes: source.data } } };
}

const documentFormats: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'text/html': 'html',
  'text/csv': 'csv',
};

function documentOf({ source, name }: DocumentPart): Fields {
  // Letters, digits, single spaces, hyphens and brackets are what a name may have.
  const written = (name ?? 'document').replace(/[^a-zA-Z0-9()[\]-]+/g, ' ').trim() || 'document';
  switch (source.kind) {
    case 'text':
      return { document: { format: 'txt', name: written, source: { text: source.text } } };
    case 'url':
      throw new NoCounterpart('messages', 'has a document by its address; send its bytes.');
    case 'base64': {
      const format = documentFormats[source.mediaType];
      if (format === undefined)
        throw new NoCounterpart('messages', `has a document of a type (${source.mediaType}) that is not read here.`);
      return { document: { format, name: written, source: { bytes: source.data } } };
    }
  }
}
