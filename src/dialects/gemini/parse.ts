// What a caller asks in Gemini's dialect: only what money and routing need is read; the rest is the provider's to judge.
import { isUtf8 } from 'node:buffer';
import { readJsonBody } from '#core/call/json-body.ts';
import type { ModelCall, Parsed } from '#core/call/model-call.ts';
import type { TokenKind } from '#core/pricing/quote.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { countMedia, type Media, noMedia } from './count-media.ts';
import { fieldOf, innerOf, listAt, textOf } from './fields.ts';
import { refusedField } from './refused-fields.ts';

export interface Addressed {
  /** The model in the address. */
  readonly name: string;
  readonly streamed?: boolean;
  /** Asks only how long the prompt is. */
  readonly counting?: boolean;
}

type Headers = Readonly<Record<string, string>>;

const choicesMax = 8;

// The dearest documented prompt that a provider adds for tools that are offered is 530 tokens.
const toolPromptTokens = 1_024;

export function parseGenerate(body: Buffer, extraHeaders: Headers, addressed: Addressed): Parsed {
  const read = readFields(body);
  if ('kind' in read) return read;
  const { text, fields: outer } = read;
  const nested = fieldOf(outer, 'generateContentRequest');
  const fields = addressed.counting === true && isFields(nested) ? nested : outer;
  const wrong = refusedField(outer) ?? refusedField(fields) ?? firstWrongField(fields);
  if (wrong) return { kind: 'malformed', ...wrong };
  const config = innerOf(fields, 'generationConfig');
  const limit = fieldOf(config, 'maxOutputTokens');
  const choices = fieldOf(config, 'candidateCount');
  const tier = textOf(fields, 'serviceTier')?.toLowerCase();
  const contents = [...listAt(fields, 'contents'), innerOf(fields, 'systemInstruction')];
  const media = contents.reduce((sum: Media, content) => countMedia(content, sum), noMedia);
  const thinking = fieldOf(config, 'thinkingConfig');
  return {
    kind: 'call',
    call: {
      ...callOf(text, body, { format: 'generate-content', addressed, extraHeaders, media }),
      kind: 'chat',
      streamed: addressed.streamed === true,
      ...(typeof limit === 'number' ? { outputLimit: limit } : {}),
      choices: typeof choices === 'number' ? choices : 1,
      ...(listAt(fields, 'tools').length > 0 ? { promptOverhead: toolPromptTokens } : {}),
      // What it thinks is told in a summary, if at all, and is billed whole.
      ...(isFields(thinking) && fieldOf(thinking, 'thinkingBudget') !== 0 ? { thinksInSilence: true } : {}),
      without: [...mediaWithout(media), ...outputWithout(fieldOf(config, 'responseModalities'))],
      facts: tier === undefined || tier === 'unspecified' ? {} : { service_tier: tier },
    },
  };
}

export function parseEmbed(
  body: Buffer,
  extraHeaders: Headers,
  addressed: Addressed & { readonly batch: boolean },
): Parsed {
  const read = readFields(body);
  if ('kind' in read) return read;
  const { text, fields } = read;
  const requests = addressed.batch ? listAt(fields, 'requests') : [fields];
  const wrong =
    refusedField(fields) ??
    wrongUnless('requests', 'a list of at least one request', requests.length > 0) ??
    wrongUnless(
      addressed.batch ? 'requests.content' : 'content',
      'a content with parts',
      requests.every((request) => isFields(fieldOf(request, 'content'))),
    );
  if (wrong) return { kind: 'malformed', ...wrong };
  const media = requests.reduce((sum: Media, request) => countMedia(innerOf(request, 'content'), sum), noMedia);
  const format = addressed.batch ? 'batch-embed-contents' : 'embed-content';
  return {
    kind: 'call',
    call: {
      ...callOf(text, body, { format, addressed, extraHeaders, media }),
      kind: 'embedding',
      without: mediaWithout(media),
    },
  };
}

interface Read {
  readonly text: string;
  readonly fields: Fields;
}

function readFields(body: Buffer): Read | Extract<Parsed, { kind: 'malformed' }> {
  // What does not decode would grow in decoding, and its bytes would no longer bound its tokens.
  if (!isUtf8(body)) return { kind: 'malformed', message: 'The body is not valid UTF-8.' };
  const text = body.toString('utf8');
  const fields = readJsonBody(text);
  return typeof fields === 'string' ? { kind: 'malformed', message: fields } : { text, fields };
}

function callOf(
  text: string,
  body: Buffer,
  said: {
    readonly format: ModelCall['format'];
    readonly addressed: Addressed;
    readonly extraHeaders: Headers;
    readonly media: Media;
  },
) {
  return {
    format: said.format,
    name: said.addressed.name,
    body: text,
    bodyBytes: body.length,
    streamed: false,
    // This dialect's streams always end with their usage.
    usageWanted: true,
    choices: 1,
    images: said.media.images,
    attachments: said.media.attachments,
    facts: {},
    extraHeaders: said.extraHeaders,
  };
}

type Wrong = { readonly message: string; readonly param: string };

function firstWrongField(fields: Fields): Wrong | undefined {
  const config = fieldOf(fields, 'generationConfig');
  const inner = isFields(config) ? config : {};
  const tier = fieldOf(fields, 'serviceTier');
  const thinking = fieldOf(inner, 'thinkingConfig');
  return (
    wrongUnless('contents', 'a list of at least one content', listAt(fields, 'contents').length > 0) ??
    wrongUnless('generationConfig', 'an object', config === undefined || isFields(config)) ??
    wrongUnless('generationConfig.thinkingConfig', 'an object', thinking === undefined || isFields(thinking)) ??
    wrongUnless(
      'generationConfig.maxOutputTokens',
      'a whole number of at least 1',
      optionalCount(fieldOf(inner, 'maxOutputTokens'), Number.MAX_SAFE_INTEGER),
    ) ??
    wrongUnless(
      'generationConfig.candidateCount',
      `a whole number from 1 to ${choicesMax}`,
      optionalCount(fieldOf(inner, 'candidateCount'), choicesMax),
    ) ??
    wrongUnless('serviceTier', 'a short word', tier === undefined || (typeof tier === 'string' && tier.length <= 64))
  );
}

function wrongUnless(param: string, expected: string, right: boolean): Wrong | undefined {
  return right ? undefined : { param, message: `"${param}" must be ${expected}.` };
}

function optionalCount(value: unknown, most: number): boolean {
  if (value === undefined) return true;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= most;
}

function mediaWithout({ images, attachments }: Media): readonly TokenKind[] {
  const noImage: readonly TokenKind[] = images === 0 && attachments === 0 ? ['input_image'] : [];
  return attachments === 0 ? [...noImage, 'input_audio', 'input_video'] : noImage;
}

/** A model that was told to write text alone makes nothing else. */
function outputWithout(modalities: unknown): readonly TokenKind[] {
  const onlyText = Array.isArray(modalities) && modalities.length > 0 && modalities.every((each) => each === 'TEXT');
  return onlyText ? ['output_image', 'output_audio', 'output_video'] : [];
}
