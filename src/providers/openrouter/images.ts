// Image models behind OpenRouter answer a chat with pictures in it.
import type { ImageRequest, MediaAnswer, MadeImage } from '#core/call/media.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { missingUsage, notBillable } from '#core/usage/usage.ts';
import type { MediaTranslation, ProviderAdapter } from '#ports/provider.ts';
import { openAiCompatible } from '#providers/openai-compatible/adapter.ts';
import { aspectOf, askAt, base64Of, firstWithout } from '#providers/openai-compatible/ask.ts';
import { normalizeOpenAiUsage } from '#providers/openai-compatible/usage.ts';

const normalizer = { id: 'openrouter-images', version: '1' };

export function openRouterProvider(): ProviderAdapter {
  const chat = openAiCompatible();
  const speaks = new Set([...chat.speaks].filter((format) => format !== 'images' && format !== 'image-edits'));
  return { ...chat, name: 'openrouter', speaks, media: { image: images } };
}

const images: MediaTranslation = {
  refuses(call) {
    const image = imageOf(call);
    return firstWithout([
      ['n', image.count > 1, 'can only be 1: this model makes one image a call.'],
      ['response_format', image.delivery === 'url', 'can only be "b64_json": the image comes inside the answer.'],
      ['quality', image.quality !== undefined],
      ['background', image.background !== undefined],
      ['output_format', image.outputFormat !== undefined],
      ['negative_prompt', image.negativePrompt !== undefined],
      ['mask', image.mask !== undefined],
    ]);
  },
  request(call, plan) {
    const { prompt, size, seed, references } = imageOf(call);
    const followed = references.map(({ mediaType, bytes }) => ({
      type: 'image_url',
      image_url: { url: `data:${mediaType};base64,${base64Of(bytes)}` },
    }));
    const body = JSON.stringify({
      model: plan.target.model,
      messages: [{ role: 'user', content: [{ type: 'text', text: prompt }, ...followed] }],
      modalities: ['image', 'text'],
      ...(size && { image_config: { aspect_ratio: aspectOf(size) } }),
      ...(seed !== undefined && { seed }),
      max_tokens: call.outputLimit,
      usage: { include: true },
    });
    const { credential } = plan;
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    };
    return askAt(plan, { path: '/chat/completions', headers, body });
  },
  usageOf(_call, body) {
    const answer = parseFields(body);
    if (!answer) return missingUsage({ normalizer, raw: null, unit: 'image' });
    if (isFields(answer['error']) && !answer['usage']) {
      return notBillable({ normalizer, raw: answer['error'], flags: ['error_as_answer'] });
    }
    const made = picturesIn(answer).length;
    const usage = normalizeOpenAiUsage(answer['usage'], { endpoint: 'chat', images: made });
    // No picture is a count too, and not one that is missing.
    return usage.status === 'reported' ? { ...usage, quantities: { ...usage.quantities, image: String(made) } } : usage;
  },
  answer(_call, body): MediaAnswer | undefined {
    const answer = parseFields(body);
    if (!answer) return undefined;
    const pictures = picturesIn(answer);
    if (pictures.length > 0) return { kind: 'image', images: pictures };
    const said = wordOf(partOf(listOf(answer['choices'])[0] ?? {}, 'message'), 'content');
    return { kind: 'refused', message: said?.slice(0, 600) ?? 'The provider made no image.' };
  },
};

function imageOf({ media }: ModelCall): ImageRequest {
  if (media?.kind === 'image') return media;
  throw new Error('This is no call for an image.');
}

function picturesIn(answer: Fields): readonly MadeImage[] {
  const message = partOf(listOf(answer['choices'])[0] ?? {}, 'message');
  return listOf(message['images']).flatMap((image): readonly MadeImage[] => {
    const url = wordOf(partOf(image, 'image_url'), 'url');
    if (url === undefined) return [];
    const [, base64] = /^data:[^,]*;base64,(.*)$/s.exec(url) ?? [];
    return base64 === undefined ? [{ url }] : [{ base64 }];
  });
}
