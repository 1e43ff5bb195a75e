// Calls for images, speech and transcripts as they come in OpenAI's dialect: JSON, or a form with files.
import { isUtf8 } from 'node:buffer';
import { readJsonBody } from '#core/call/json-body.ts';
import type { ModelCall, Parsed } from '#core/call/model-call.ts';
import { WrongField } from './fields.ts';
import { imageCall, type MediaCall } from './parse-image.ts';
import { speechCall } from './parse-speech.ts';
import { transcriptionCall } from './parse-transcription.ts';
import { readForm, UnreadableForm } from './read-form.ts';

type Headers = Readonly<Record<string, string>>;

export function parseImages(body: Buffer, headers: Headers): Parsed {
  return parseJson(body, headers, { format: 'images', read: (fields) => imageCall(fields, [], body.length) });
}

export function parseSpeech(body: Buffer, headers: Headers): Parsed {
  return parseJson(body, headers, { format: 'speech', read: speechCall });
}

export async function parseImageEdits(body: Buffer, headers: Headers, contentType?: string): Promise<Parsed> {
  return parseForm({ body, headers, contentType }, 'image-edits', ({ form, fields }) => {
    if (!form.files.some(({ field }) => field === 'image' || field === 'image[]')) {
      throw new WrongField('image', '"image" must be at least one image, as a file.');
    }
    const empty = form.files.find(({ bytes }) => bytes.length === 0);
    if (empty) throw new WrongField(empty.field.slice(0, 64), 'The file is empty.');
    return imageCall(fields, form.files, fieldBytes(form.fields));
  });
}

export function parseTranscription(translated: boolean) {
  return (body: Buffer, headers: Headers, contentType?: string): Promise<Parsed> =>
    parseForm({ body, headers, contentType }, 'transcriptions', ({ form, fields }) => {
      const granularities = form.fields.flatMap(([name, value]) =>
        name.startsWith('timestamp_granularities') ? [value] : [],
      );
      return transcriptionCall({ fields, files: form.files, granularities, translated });
    });
}

interface JsonReading {
  readonly format: ModelCall['format'];
  readonly read: (fields: Readonly<Record<string, unknown>>) => MediaCall;
}

function parseJson(body: Buffer, extraHeaders: Headers, { format, read }: JsonReading): Parsed {
  if (!isUtf8(body)) return { kind: 'malformed', message: 'The body is not valid UTF-8.' };
  const text = body.toString('utf8');
  const fields = readJsonBody(text);
  if (typeof fields === 'string') return { kind: 'malformed', message: fields };
  return parsed(() => ({ ...read(fields), format, body: text, bodyBytes: body.length, extraHeaders }));
}

interface FormBody {
  readonly body: Buffer;
  readonly headers: Headers;
  readonly contentType: string | undefined;
}

async function parseForm(
  { body, headers: extraHeaders, contentType }: FormBody,
  format: ModelCall['format'],
  read: (form: Awaited<ReturnType<typeof readForm>>) => MediaCall,
): Promise<Parsed> {
  try {
    const form = await readForm(body, contentType);
    const bodyBytes = fieldBytes(form.form.fields);
    return parsed(() => ({ ...read(form), format, form: form.form, body: '', bodyBytes, extraHeaders }));
  } catch (error) {
    if (error instanceof UnreadableForm) return { kind: 'malformed', message: error.message };
    if (error instanceof WrongField) return { kind: 'malformed', message: error.message, param: error.param };
    throw error;
  }
}

function parsed(read: () => ModelCall): Parsed {
  try {
    return { kind: 'call', call: read() };
  } catch (error) {
    if (error instanceof WrongField) return { kind: 'malformed', message: error.message, param: error.param };
    throw error;
  }
}

function fieldBytes(fields: readonly (readonly [string, string])[]): number {
  return fields.reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0);
}
