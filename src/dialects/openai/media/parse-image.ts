// What is asked of an image model: how many, how large and how good is what money needs; the prompt is the provider's.
import { expectedOfImages, imageQuantitiesMax, type ImagesAsked, imageTokensBound } from '#core/call/image-bounds.ts';
import type { FormFile, ImageRequest, PixelSize } from '#core/call/media.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import {
  type Fields,
  foreignIn,
  mustBe,
  refuseFields,
  requiredText,
  switchIn,
  textIn,
  wholeIn,
  wordIn,
  WrongField,
} from './fields.ts';

const imagesMax = 128;
const referencesMax = 16;
const partialImagesMax = 3;
const sideMax = 16_384;

const known: ReadonlySet<string> = new Set([
  'model',
  'prompt',
  'n',
  'size',
  'width',
  'height',
  'quality',
  'response_format',
  'output_format',
  'background',
  'seed',
  'negative_prompt',
  'stream',
  'user',
]);

const deciding: ReadonlySet<string> = new Set([...known, 'resolution', 'partial_images', 'image', 'mask']);

// Other words for how many; some upstreams read them beside `n`.
const otherCounts: ReadonlySet<string> = new Set([
  'num_images',
  'num_outputs',
  'number_of_images',
  'numberofimages',
  'n_images',
  'sample_count',
  'samplecount',
  'num_samples',
  'samples',
  'batch_size',
  'batchsize',
]);

export type MediaCall = Omit<ModelCall, 'format' | 'body' | 'bodyBytes' | 'extraHeaders'>;

/** @throws WrongField */
export function imageCall(fields: Fields, files: readonly FormFile[], bodyBytes: number): MediaCall {
  refuseFields(fields, deciding);
  const counted = Object.keys(fields).find((name) => otherCounts.has(name.toLowerCase()));
  if (counted !== undefined) throw new WrongField(counted, `"${counted}" is not counted here. Say "n" instead.`);
  const name = requiredText(fields, 'model', 'the name of a model');
  const references = files.filter(({ field }) => field === 'image' || field === 'image[]');
  const [mask, ...more] = files.filter(({ field }) => field === 'mask');
  const stray = more[0] ?? files.find((file) => file !== mask && !references.includes(file));
  if (stray) throw new WrongField(stray.field.slice(0, 64), `A file in "${stray.field.slice(0, 64)}" is not expected.`);
  if (references.length > referencesMax) throw mustBe('image', `at most ${referencesMax} images`);
  const streamed = switchIn(fields, 'stream');
  const size = sizeIn(fields);
  const quality = unlessAuto(wordIn(fields, 'quality'));
  const asked: ImagesAsked = {
    count: wholeIn(fields, 'n', { min: 1, max: imagesMax }) ?? 1,
    size,
    quality,
    references: references.length + (mask ? 1 : 0),
    partialImages: wholeIn(fields, 'partial_images', { min: 0, max: partialImagesMax }) ?? 0,
    promptBytes: bodyBytes,
  };
  return {
    kind: 'image',
    name,
    streamed,
    usageWanted: streamed,
    outputLimit: imageTokensBound(asked),
    choices: asked.count,
    images: asked.references,
    attachments: 0,
    quantities: imageQuantitiesMax(asked),
    expected: expectedOfImages(asked),
    produces: 'output_image',
    without: [
      ...(['input_audio', 'input_video', 'cache_write', 'output_audio', 'output_video'] as const),
      ...(asked.references === 0 ? (['input_image'] as const) : []),
    ],
    facts: factsOf(fields, size, quality),
    usualFacts: { size: '1024x1024', quality: 'standard' },
    media: requestOf(fields, asked, { references, mask }),
  };
}

function requestOf(
  fields: Fields,
  { count, size, quality }: ImagesAsked,
  { references, mask }: { readonly references: readonly FormFile[]; readonly mask: FormFile | undefined },
): ImageRequest {
  const delivery = wordIn(fields, 'response_format');
  if (delivery !== undefined && delivery !== 'url' && delivery !== 'b64_json') {
    throw mustBe('response_format', '"url" or "b64_json"');
  }
  const seed = wholeIn(fields, 'seed', { min: 0, max: 4_294_967_295 });
  const background = unlessAuto(wordIn(fields, 'background'));
  const outputFormat = wordIn(fields, 'output_format');
  const negativePrompt = textIn(fields, 'negative_prompt');
  return {
    kind: 'image',
    prompt: textIn(fields, 'prompt') ?? '',
    count,
    ...(size && { size }),
    ...(quality !== undefined && { quality }),
    ...(outputFormat !== undefined && { outputFormat }),
    ...(background !== undefined && { background }),
    ...(delivery !== undefined && { delivery }),
    ...(seed !== undefined && { seed }),
    ...(negativePrompt !== undefined && { negativePrompt }),
    references,
    ...(mask && { mask }),
    foreign: foreignIn(fields, known),
  };
}

function unlessAuto(word: string | undefined): string | undefined {
  return word === 'auto' ? undefined : word;
}

/** Two ways to say it, of which only one may be used. */
function sizeIn(fields: Fields): PixelSize | undefined {
  const [width, height] = (['width', 'height'] as const).map((side) => wholeIn(fields, side, { min: 1, max: sideMax }));
  const size = unlessAuto(wordIn(fields, 'size'));
  if (width !== undefined || height !== undefined) {
    if (size !== undefined)
      throw new WrongField('size', '"size" says the same as "width" and "height": leave one out.');
    if (width === undefined || height === undefined) throw mustBe('width', 'said together with "height"');
    return { width, height };
  }
  const [, across, down] = /^(\d{1,5})[x*](\d{1,5})$/.exec(size ?? '') ?? [];
  if (across === undefined || down === undefined) return undefined;
  const pixels = { width: Number(across), height: Number(down) };
  if (Math.min(pixels.width, pixels.height) < 1 || Math.max(pixels.width, pixels.height) > sideMax) {
    throw mustBe('size', `at most ${sideMax}x${sideMax}`);
  }
  return pixels;
}

function factsOf(fields: Fields, size: PixelSize | undefined, quality: string | undefined): ModelCall['facts'] {
  const said = size ? `${size.width}x${size.height}` : unlessAuto(wordIn(fields, 'size'));
  const resolution = wordIn(fields, 'resolution');
  return {
    ...(said !== undefined && { size: said }),
    ...(quality !== undefined && { quality }),
    ...(resolution !== undefined && { resolution }),
  };
}
