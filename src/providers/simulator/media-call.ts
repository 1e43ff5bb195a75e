import type { JsonObject } from './fields.ts';
import { flagField, textField } from './fields.ts';
import type { SimulatedForm } from './form.ts';
import { Refusal } from './refusal.ts';

/** A request to /v1/images/generations or /v1/images/edits. */
export interface ImageCall {
  readonly prompt: string;
  readonly count: number;
  readonly size: string;
  readonly quality: string;
  readonly asUrl: boolean;
  readonly partial: number;
  readonly stream: boolean;
}

/** A request to /v1/audio/speech. */
export interface SpeechCall {
  readonly text: string;
  readonly stream: boolean;
}

/** A request to /v1/audio/transcriptions or /v1/audio/translations. */
export interface TranscriptionCall {
  readonly recording: Uint8Array;
  readonly prompt: string;
  readonly format: string;
  readonly stream: boolean;
}

export function readImageCall(body: JsonObject, form?: SimulatedForm): ImageCall {
  const prompt = required(body, 'prompt');
  if (form && !form.files.some(({ field }) => field.startsWith('image'))) {
    throw new Refusal(400, "Missing required parameter: 'image'.", { param: 'image' });
  }
  const size = textField(body, 'size') ?? 'auto';
  return {
    prompt,
    count: count(body, 'n', 1, 10),
    size: size === 'auto' ? '1024x1024' : size,
    quality: textField(body, 'quality') ?? 'standard',
    asUrl: textField(body, 'response_format') === 'url',
    partial: count(body, 'partial_images', 0, 3),
    stream: isOn(body, 'stream'),
  };
}

export function readSpeechCall(body: JsonObject): SpeechCall {
  return { text: required(body, 'input'), stream: textField(body, 'stream_format') === 'sse' };
}

const formats = ['json', 'text', 'srt', 'verbose_json', 'vtt'];

export function readTranscriptionCall(body: JsonObject, form?: SimulatedForm): TranscriptionCall {
  const [file] = form?.files ?? [];
  if (file?.field !== 'file') throw new Refusal(400, "Missing required parameter: 'file'.", { param: 'file' });
  const format = textField(body, 'response_format') ?? 'json';
  if (!formats.includes(format)) {
    throw new Refusal(400, `Invalid value for 'response_format': expected one of ${formats.join(', ')}.`, {
      param: 'response_format',
    });
  }
  return { recording: file.bytes, prompt: textField(body, 'prompt') ?? '', format, stream: isOn(body, 'stream') };
}

function required(body: JsonObject, name: string): string {
  const text = textField(body, name) ?? '';
  if (text === '') throw new Refusal(400, `Missing required parameter: '${name}'.`, { param: name });
  return text;
}

/** A form says it as text. */
function count(body: JsonObject, name: string, least: number, most: number): number {
  const said = body[name] ?? undefined;
  const value = said === undefined ? least : Number(said);
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new Refusal(400, `Invalid value for '${name}': expected an integer from ${least} to ${most}.`, { param: name });
}

function isOn(body: JsonObject, name: string): boolean {
  return body[name] === 'true' || flagField({ [name]: body[name] === 'false' ? false : body[name] }, name) === true;
}
