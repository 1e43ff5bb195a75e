// Black Forest Labs: a task is given, and asked after until its picture is there.
import type { ImageRequest, MediaAnswer } from '#core/call/media.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Fields, partOf, wordOf } from '#core/usage/counts.ts';
import { jobState } from '#core/usage/job.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { missingUsage } from '#core/usage/usage.ts';
import type { JobFollowing, MediaTranslation, ProviderAdapter, ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { aspectOf, askAt, base64Of, firstWithout } from '#providers/openai-compatible/ask.ts';
import { openAiFailure } from '#providers/openai-compatible/failure.ts';
import { mediaOnly } from '#providers/openai-compatible/media-only.ts';
import { normalizeSubmit } from './usage.ts';

const referencesMax = 8;

/** These know shapes, not sizes. */
const byShape = /kontext|ultra/;

export function bflProvider(): ProviderAdapter {
  return mediaOnly('black-forest-labs', { image: images }, (status, headers, body) => {
    const detail = parseFields(body)?.['detail'];
    const said = openAiFailure(status, headers, body);
    return typeof detail === 'string' ? { ...said, message: detail.slice(0, 600) } : said;
  });
}

const following: JobFollowing = {
  everyMs: 500,
  giveUpMs: 300_000,
  next: (latest, first, plan) => {
    const task = parseFields(first) ?? {};
    const isSubmitted = latest === first;
    const unfinished = isSubmitted
      ? wordOf(task, 'id') !== undefined
      : jobState(parseFields(latest) ?? {}) === 'unfinished';
    return unfinished ? askAfter(task, plan) : undefined;
  },
  joined: (first, last) => Buffer.from(JSON.stringify({ ...parseFields(first), ...parseFields(last) })),
};

const images: MediaTranslation = {
  refuses(call) {
    const image = imageOf(call);
    return firstWithout([
      ['n', image.count > 1, 'can only be 1: this model makes one image a call.'],
      ['response_format', image.delivery === 'b64_json', 'can only be "url": this model answers with an address.'],
      ['quality', image.quality !== undefined],
      ['background', image.background !== undefined],
      ['negative_prompt', image.negativePrompt !== undefined],
      ['mask', image.mask !== undefined],
      ['image', image.references.length > referencesMax, `can be at most ${referencesMax} images.`],
      ['output_format', !['png', 'jpeg', undefined].includes(image.outputFormat), 'can be "png" or "jpeg".'],
    ]);
  },
  request(call, plan) {
    const { model } = plan.target;
    const body = JSON.stringify(taskOf(imageOf(call), model));
    return askAt(plan, { path: `/${encodeURIComponent(model)}`, headers: headersFor(plan), body });
  },
  usageOf(_call, body) {
    const task = parseFields(body);
    if (!task) return missingUsage({ normalizer: { id: 'bfl', version: '1' }, raw: null, unit: 'image' });
    // The address of the picture is the caller's.
    const { result: _result, polling_url: _address, ...told } = task;
    return normalizeSubmit(told, {}).usage;
  },
  answer(_call, body): MediaAnswer | undefined {
    const task = parseFields(body);
    if (!task) return undefined;
    if (jobState(task) === 'failed') {
      return {
        kind: 'refused',
        message: `The provider did not make the image: ${wordOf(task, 'status') ?? 'it failed'}.`,
      };
    }
    const url = wordOf(partOf(task, 'result'), 'sample');
    return url === undefined ? undefined : { kind: 'image', images: [{ url }] };
  },
  following,
};

function imageOf({ media }: ModelCall): ImageRequest {
  if (media?.kind === 'image') return media;
  throw new Error('This is no call for an image.');
}

function taskOf(image: ImageRequest, model: string): Fields {
  const { prompt, size, seed, outputFormat, references } = image;
  const shaped = byShape.test(model);
  return {
    prompt,
    ...(size && (shaped ? { aspect_ratio: aspectOf(size) } : size)),
    ...(seed !== undefined && { seed }),
    ...(outputFormat !== undefined && { output_format: outputFormat }),
    ...Object.fromEntries(
      references.map(({ bytes }, index) => [index === 0 ? 'input_image' : `input_image_${index + 1}`, base64Of(bytes)]),
    ),
  };
}

function headersFor({ credential }: ProviderRequestPlan): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(credential === undefined ? {} : { 'x-key': credential }),
  };
}

/** At the address that it names, as long as that is the provider's own. */
function askAfter(task: Fields, plan: ProviderRequestPlan): UpstreamRequest {
  const id = encodeURIComponent(wordOf(task, 'id') ?? '');
  const named = wordOf(task, 'polling_url');
  const asking = { headers: headersFor(plan), method: 'GET' as const };
  if (named !== undefined && URL.canParse(named) && isOwn(new URL(named), new URL(plan.target.provider.baseUrl))) {
    return askAt(plan, { ...asking, base: named, path: '' });
  }
  return askAt(plan, { ...asking, path: `/get_result?id=${id}` });
}

/** `api.us1.bfl.ai` belongs to `api.bfl.ai`; nobody else gets the key. */
function isOwn(named: URL, base: URL): boolean {
  if (named.protocol !== base.protocol) return false;
  if (named.host === base.host) return true;
  return base.hostname === 'api.bfl.ai' && named.port === '' && named.hostname.endsWith('.bfl.ai');
}
