// Parts of a prompt whose tokens their bytes do not bound.
import { type Fields, isFields } from '#core/usage/counts.ts';
import { fieldOf, innerOf, listAt, textOf } from './fields.ts';

export interface Media {
  readonly images: number;
  readonly attachments: number;
}

export const noMedia: Media = { images: 0, attachments: 0 };

const boundedByBytes = [
  'text',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'thought',
  'thoughtSignature',
] as const;

/** Those of a content, beside what was found before it. */
export function countMedia(content: Fields, before: Media): Media {
  return listAt(content, 'parts').reduce(countPart, before);
}

function countPart(before: Media, part: Fields): Media {
  // What a function answers may hold pictures and files too.
  const after = listAt(innerOf(part, 'functionResponse'), 'parts').reduce(countPart, before);
  const inline = fieldOf(part, 'inlineData');
  const file = fieldOf(part, 'fileData');
  const data = isFields(inline) ? inline : isFields(file) ? file : undefined;
  if (!data) return boundedByBytes.some((name) => fieldOf(part, name) !== undefined) ? after : attached(after);
  const type = textOf(data, 'mimeType') ?? '';
  if (type.startsWith('image/')) return { ...after, images: after.images + 1 };
  // Its text is shorter than the base64 of it.
  return isFields(inline) && type.startsWith('text/') && !isFields(file) ? after : attached(after);
}

function attached(media: Media): Media {
  return { ...media, attachments: media.attachments + 1 };
}
