// Stability's images: a form for each of its current models, JSON for the older one.
import type { Form, ImageRequest, MediaAnswer } from '#core/call/media.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { Counts, listOf, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { unitUsage } from '#core/usage/record.ts';
import { missingUsage, type Usage } from '#core/usage/usage.ts';
import type { MediaTranslation, ProviderAdapter, ProviderFailure, ProviderRequestPlan } from '#ports/provider.ts';
import { aspectOf, askAt, firstWithout } from '#providers/openai-compatible/ask.ts';
import { openAiFailure } from '#providers/openai-compatible/failure.ts';
import { writeForm } from '#providers/openai-compatible/form.ts';
import { mediaOnly } from '#providers/openai-compatible/media-only.ts';

const normalizer = { id: 'stability', version: '1' };
const shapes: readonly string[] = ['16:9', '1:1', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21'];
const olderImagesMax = 10;

/** How far an image that is followed may be left behind; the provider wants a number. */
const usualStrength = '0.5';

export function stabilityProvider(): ProviderAdapter {
  return mediaOnly('stability', { image: images }, failure);
}

const images: MediaTranslation = {
  refuses(call, { model }) {
    const image = imageOf(call);
    const isOlder = isOlderModel(model);
    const shape = image.size === undefined ? '1:1' : aspectOf(image.size);
    return firstWithout([
      ['n', image.count > (isOlder ? olderImagesMax : 1), 'is more than this model makes in one call.'],
      ['size', !isOlder && !shapes.includes(shape), `must have one of the shapes ${shapes.join(', ')}.`],
      ['quality', image.quality !== undefined],
      ['background', image.background !== undefined],
      ['mask', image.mask !== undefined],
      ['image', image.references.length > (isOlder ? 0 : 1), 'is more than this model follows.'],
      ['response_format', image.delivery === 'url', 'can only be "b64_json": this provider keeps no images.'],
      ['output_format', isOlder && (image.outputFormat ?? 'png') !== 'png', 'can only be "png".'],
    ]);
  },
  request(call, plan) {
    const image = imageOf(call);
    const { model, provider } = plan.target;
    if (isOlderModel(model)) {
      const path = `/generation/${encodeURIComponent(model)}/text-to-image`;
      const headers = headersFor(plan, 'application/json');
      return askAt(plan, { path, headers, body: olderBody(image), base: provider.baseUrl.replace('/v2beta', '/v1') });
    }
    const { contentType, body } = writeForm(formOf(image, model));
    return askAt(plan, {
      path: `/stable-image/generate/${endpointOf(model)}`,
      headers: headersFor(plan, contentType),
      body,
    });
  },
  usageOf: (_call, body) => usageOf(body),
  answer(_call, body): MediaAnswer | undefined {
    const made = picturesIn(body);
    return made && made.length > 0 ? { kind: 'image', images: made.map((base64) => ({ base64 })) } : undefined;
  },
};

function imageOf({ media }: ModelCall): ImageRequest {
  if (media?.kind === 'image') return media;
  throw new Error('This is no call for an image.');
}

function isOlderModel(model: string): boolean {
  return /stable-diffusion-xl|sdxl/.test(model);
}

function endpointOf(model: string): string {
  if (model.endsWith('ultra')) return 'ultra';
  return model.endsWith('core') ? 'core' : 'sd3';
}

function formOf(image: ImageRequest, model: string): Form {
  const { prompt, size, seed, negativePrompt, outputFormat, references } = image;
  const [followed] = references;
  const endpoint = endpointOf(model);
  // The shape of what is followed is kept.
  const shape = size && !followed ? [['aspect_ratio', aspectOf(size)] as const] : [];
  return {
    fields: [
      ['prompt', prompt],
      ...(endpoint === 'sd3' ? [['model', model] as const] : []),
      ...shape,
      ...(negativePrompt === undefined ? [] : [['negative_prompt', negativePrompt] as const]),
      ...(seed === undefined ? [] : [['seed', String(seed)] as const]),
      ['output_format', outputFormat ?? 'png'],
      ...(followed ? [['strength', usualStrength] as const] : []),
      ...(followed && endpoint === 'sd3' ? [['mode', 'image-to-image'] as const] : []),
    ],
    files: followed ? [{ ...followed, field: 'image' }] : [],
  };
}

function olderBody({ prompt, negativePrompt, size, count, seed }: ImageRequest): string {
  const against = negativePrompt === undefined ? [] : [{ text: negativePrompt, weight: -1 }];
  return JSON.stringify({
    text_prompts: [{ text: prompt, weight: 1 }, ...against],
    ...size,
    samples: count,
    ...(seed !== undefined && { seed }),
  });
}

function headersFor({ credential }: ProviderRequestPlan, contentType: string): Readonly<Record<string, string>> {
  return {
    'content-type': contentType,
    accept: 'application/json',
    ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
  };
}

/** One that was blurred by the filter is delivered, and billed. */
function picturesIn(body: Buffer): readonly string[] | undefined {
  const answer = parseFields(body);
  const single = answer && wordOf(answer, 'image');
  if (single !== undefined) return [single];
  const artifacts = answer?.['artifacts'];
  return artifacts === undefined ? undefined : listOf(artifacts).flatMap((each) => wordOf(each, 'base64') ?? []);
}

function usageOf(body: Buffer): Usage {
  const made = picturesIn(body);
  if (!made) return missingUsage({ normalizer, raw: null, unit: 'image' });
  const quantities = { image: String(made.length) };
  const raw = { images: made.length };
  return unitUsage({ normalizer, raw, unit: 'image', quantity: 'image', quantities }, new Counts());
}

function failure(status: number, headers: Parameters<typeof openAiFailure>[1], body: Buffer): ProviderFailure {
  const answer = parseFields(body) ?? {};
  const { errors } = answer;
  const said = Array.isArray(errors)
    ? errors.filter((each) => typeof each === 'string').join(' ')
    : wordOf(answer, 'message');
  const plain = openAiFailure(status, headers, body);
  return said === undefined || said === '' ? plain : { ...plain, message: said.slice(0, 600) };
}
