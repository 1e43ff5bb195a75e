// Films and songs as they are asked for in OpenAI's shape: every field is known and understood, or refused by its name.
import type { JobImage, JobKind, JobRequest } from '#core/call/job-request.ts';
import { isFields } from '#core/usage/counts.ts';

/** Fields of a form are text; a file among them is an image. */
export type MediaFields = Readonly<Record<string, unknown>>;

export type ParsedMedia =
  | { readonly kind: 'request'; readonly name: string; readonly request: JobRequest }
  | { readonly kind: 'malformed'; readonly message: string; readonly param: string };

const promptLengthMax = 32_000;

const fields: Readonly<Record<JobKind, ReadonlySet<string>>> = {
  video: new Set([
    'model',
    'prompt',
    'seconds',
    'size',
    'resolution',
    'aspect_ratio',
    'quality',
    'audio',
    'negative_prompt',
    'seed',
    'input_reference',
  ]),
  music: new Set(['model', 'prompt', 'seconds', 'lyrics', 'seed']),
};

export function parseMedia(kind: JobKind, said: MediaFields): ParsedMedia {
  const reader = new Reader(said, fields[kind]);
  const name = reader.text('model', 512);
  const prompt = reader.text('prompt', promptLengthMax);
  const seconds = reader.whole('seconds', 3_600);
  const size = reader.matching('size', /^[1-9]\d{1,4}x[1-9]\d{1,4}$/, 'a width and a height, such as 1280x720');
  const resolution = reader.matching('resolution', /^\w{1,8}$/, 'a resolution, such as 720p');
  const aspectRatio = reader.matching('aspect_ratio', /^\d{1,4}:\d{1,4}$/, 'a ratio, such as 16:9');
  const quality = reader.matching('quality', /^[\w-]{1,32}$/, 'a word, such as standard');
  const negativePrompt = reader.text('negative_prompt', promptLengthMax);
  const lyrics = reader.text('lyrics', promptLengthMax);
  const seed = reader.whole('seed', 4_294_967_295);
  const audio = reader.flag('audio');
  const image = reader.image('input_reference');
  if (name === undefined) reader.wrong('model', 'must be the name of a model');
  if (prompt === undefined && kind === 'video') reader.wrong('prompt', 'must say what is to be made');
  if (prompt === undefined && lyrics === undefined) reader.wrong('prompt', 'must say what is to be made');
  if (seconds === 0) reader.wrong('seconds', 'must be at least 1');
  if (reader.problem) return reader.problem;
  return {
    kind: 'request',
    name: name ?? '',
    request: {
      kind,
      prompt: prompt ?? '',
      ...defined({ size, resolution, aspectRatio, quality, negativePrompt, lyrics, seed, audio, image }),
      ...(seconds === undefined ? {} : { seconds: String(seconds) }),
    },
  };
}

/** What is to be made anew differs by its prompt alone. */
export function parseRemix(
  said: MediaFields,
): { readonly prompt: string } | Extract<ParsedMedia, { kind: 'malformed' }> {
  const reader = new Reader(said, new Set(['prompt']));
  const prompt = reader.text('prompt', promptLengthMax);
  if (prompt === undefined) reader.wrong('prompt', 'must say what is to be made');
  return reader.problem ?? { prompt: prompt ?? '' };
}

type Defined<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

class Reader {
  readonly #said: MediaFields;
  problem: Extract<ParsedMedia, { kind: 'malformed' }> | undefined;

  constructor(said: MediaFields, known: ReadonlySet<string>) {
    this.#said = said;
    for (const name in said) {
      if (!known.has(name) && said[name] !== null) this.wrong(name, 'is not known here, and would not be obeyed');
    }
  }

  wrong(param: string, why: string): void {
    this.problem ??= { kind: 'malformed', param: param.slice(0, 64), message: `"${param.slice(0, 64)}" ${why}.` };
  }

  text(name: string, lengthMax: number): string | undefined {
    const value = this.#value(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string' && value.length <= lengthMax) return value;
    this.wrong(name, `must be a text of at most ${lengthMax} characters`);
    return undefined;
  }

  matching(name: string, pattern: RegExp, expected: string): string | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && pattern.test(value)) return value;
    this.wrong(name, `must be ${expected}`);
    return undefined;
  }

  whole(name: string, max: number): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= max) return number;
    this.wrong(name, `must be a whole number up to ${max}`);
    return undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    this.wrong(name, 'must be true or false');
    return undefined;
  }

  image(name: string): JobImage | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (isImage(value)) return value;
    const url = isFields(value) && Object.keys(value).join() === 'image_url' ? value['image_url'] : undefined;
    const image = typeof url === 'string' ? imageAt(url) : undefined;
    if (image) return image;
    this.wrong(name, 'must be a file, or {"image_url": …} with an https or data URL');
    return undefined;
  }

  #value(name: string): unknown {
    return this.#said[name] ?? undefined;
  }
}

/** A file of a form. */
export class FormImage {
  readonly kind = 'base64';
  readonly mediaType: string;
  readonly data: string;

  constructor(mediaType: string, bytes: Buffer) {
    this.mediaType = mediaType;
    this.data = bytes.toString('base64');
  }
}

function isImage(value: unknown): value is FormImage {
  return value instanceof FormImage;
}

function imageAt(url: string): JobImage | undefined {
  const inline = /^data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=]+)$/.exec(url);
  if (inline?.[1] !== undefined && inline[2] !== undefined) {
    return { kind: 'base64', mediaType: inline[1], data: inline[2] };
  }
  return /^https:\/\/\S+$/.test(url) ? { kind: 'url', url } : undefined;
}
