// One part of what is shown to a model, in OpenAI's dialect.
import type { AudioPart, CacheHint, ContentPart, DocumentPart, ImagePart, MediaSource } from '#core/call/chat.ts';
import { NoCounterpart } from '#core/call/untranslatable.ts';
import { type Fields, isFields, partOf, wordOf } from '#core/usage/counts.ts';

/** @throws NoCounterpart */
export function readPart(fields: Fields, at: string): ContentPart {
  const cached = cacheHintOf(fields, at);
  switch (fields['type']) {
    case 'text':
      return { kind: 'text', text: needed(fields, 'text', at), ...cached };
    case 'refusal':
      return { kind: 'text', text: needed(fields, 'refusal', at) };
    case 'image_url':
      return { ...imageOf(partOf(fields, 'image_url'), 'url', `${at}.image_url`), ...cached };
    case 'file':
      return { ...documentOf(partOf(fields, 'file'), `${at}.file`), ...cached };
    case 'input_audio':
      return { ...audioOf(partOf(fields, 'input_audio'), `${at}.input_audio`), ...cached };
    default:
      throw new NoCounterpart(`${at}.type`);
  }
}

/** @throws NoCounterpart */
export function imageOf(image: Fields, field: string, at: string): ImagePart {
  const detail = wordOf(image, 'detail') ?? 'auto';
  if (detail !== 'auto' && detail !== 'low' && detail !== 'high') throw new NoCounterpart(`${at}.detail`);
  const source = sourceOf(needed(image, field, at));
  return { kind: 'image', source, ...(detail === 'auto' ? {} : { detail }) };
}

/** A file that lies with its maker cannot be sent to another one. @throws NoCounterpart */
export function documentOf(file: Fields, at: string): DocumentPart {
  if (wordOf(file, 'file_id') !== undefined) throw new NoCounterpart(`${at}.file_id`);
  const name = wordOf(file, 'filename');
  const named = name === undefined ? {} : { name };
  const url = wordOf(file, 'file_url');
  if (url !== undefined) return { kind: 'document', source: { kind: 'url', url }, ...named };
  const data = needed(file, 'file_data', at);
  const source = sourceOf(data);
  // Its bytes alone are those of a PDF.
  const bare: MediaSource = { kind: 'base64', mediaType: 'application/pdf', data };
  return { kind: 'document', source: source.kind === 'url' ? bare : source, ...named };
}

const audioTypes: Readonly<Record<string, string>> = { wav: 'audio/wav', mp3: 'audio/mpeg' };

function audioOf(audio: Fields, at: string): AudioPart {
  const mediaType = audioTypes[wordOf(audio, 'format') ?? ''];
  if (mediaType === undefined) throw new NoCounterpart(`${at}.format`);
  return { kind: 'audio', source: { kind: 'base64', mediaType, data: needed(audio, 'data', at) } };
}

function sourceOf(url: string): MediaSource {
  const [, mediaType, data] = /^data:([\w/+.-]+);base64,(.*)$/s.exec(url) ?? [];
  return mediaType === undefined || data === undefined ? { kind: 'url', url } : { kind: 'base64', mediaType, data };
}

/** Not the maker's own field, but what clients of this dialect write for models of another one. */
function cacheHintOf({ cache_control: mark }: Fields, at: string): { readonly cache?: CacheHint } {
  if (mark === undefined || mark === null) return {};
  const ttl = isFields(mark) && mark['type'] === 'ephemeral' ? (mark['ttl'] ?? '5m') : undefined;
  if (ttl !== '5m' && ttl !== '1h') throw new NoCounterpart(`${at}.cache_control`);
  return { cache: ttl };
}

export function needed(fields: Fields, name: string, at: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new NoCounterpart(`${at}.${name}`, 'must be a text.');
  return value;
}
