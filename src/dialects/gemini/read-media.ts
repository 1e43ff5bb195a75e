// Pictures, sounds and documents in Gemini's dialect, in our words.
import type { ContentPart, MediaSource } from '#core/call/chat.ts';
import { NoCounterpart } from '#core/call/untranslatable.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { fieldOf, textOf } from './fields.ts';

/** @throws NoCounterpart */
export function readMedia(part: Fields, at: string): ContentPart {
  const inline = fieldOf(part, 'inlineData');
  const file = fieldOf(part, 'fileData');
  if (isFields(inline)) {
    const type = textOf(inline, 'mimeType');
    const data = textOf(inline, 'data');
    if (type === undefined || data === undefined)
      throw new NoCounterpart(`${at}.inlineData`, 'needs mimeType and data.');
    return mediaOf(
      { kind: 'base64', mediaType: type, data },
      { type, name: textOf(inline, 'displayName') },
      `${at}.inlineData`,
    );
  }
  if (!isFields(file)) throw new NoCounterpart(at);
  const url = textOf(file, 'fileUri');
  // A file that lies with its maker cannot be sent to another one.
  if (url === undefined || !/^https?:/.test(url) || url.includes('//generativelanguage.googleapis.com/')) {
    throw new NoCounterpart(`${at}.fileData.fileUri`);
  }
  const type = textOf(file, 'mimeType') ?? '';
  return mediaOf({ kind: 'url', url }, { type, name: textOf(file, 'displayName') }, `${at}.fileData`);
}

function mediaOf(
  source: MediaSource,
  { type, name }: { readonly type: string; readonly name: string | undefined },
  at: string,
): ContentPart {
  if (type.startsWith('image/')) return { kind: 'image', source };
  if (type.startsWith('audio/') && source.kind === 'base64') return { kind: 'audio', source };
  if (type === 'application/pdf' || type.startsWith('text/')) {
    return { kind: 'document', source, ...(name === undefined ? {} : { name }) };
  }
  throw new NoCounterpart(`${at}.mimeType`);
}
