// Google's images: Imagen predicts them, Gemini's image models answer a conversation with them.
import type { ImageRequest, MediaAnswer } from '#core/call/media.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Fields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { missingUsage, type Usage } from '#core/usage/usage.ts';
import type { MediaTranslation, ProviderRequestPlan } from '#ports/provider.ts';
import { aspectOf, askAt, base64Of, firstWithout } from '#providers/openai-compatible/ask.ts';
import { normalizeGenerate } from './usage.ts';
import { normalizeImagen } from './vertex.ts';

const imagenImagesMax = 4;
const imagenShapes: readonly string[] = ['1:1', '3:4', '4:3', '9:16', '16:9'];
const geminiShapes: readonly string[] = [...imagenShapes, '2:3', '3:2', '4:5', '5:4', '21:9'];

export const googleImages: MediaTranslation = {
  refuses(call, { model }) {
    const image = imageOf(call);
    const imagen = isImagen(model);
    const shapes = imagen ? imagenShapes : geminiShapes;
    return firstWithout([
      ['n', image.count > (imagen ? imagenImagesMax : 1), 'is more than this model makes in one call.'],
      [
        'size',
        image.size !== undefined && !shapes.includes(aspectOf(image.size)),
        `must be of a shape ${shapes.join(', ')}.`,
      ],
      ['image', imagen && image.references.length > 0, 'cannot be followed by this model.'],
      ['response_format', image.delivery === 'url', 'can only be "b64_json": the image comes inside the answer.'],
      ['output_format', !imagen && image.outputFormat !== undefined],
      ['quality', image.quality !== undefined],
      ['background', image.background !== undefined],
      ['negative_prompt', image.negativePrompt !== undefined],
      ['mask', image.mask !== undefined],
    ]);
  },
  request(call, plan) {
    const { model } = plan.target;
    const image = imageOf(call);
    const deed = isImagen(model) ? 'predict' : 'generateContent';
    const body = JSON.stringify(isImagen(model) ? imagenBody(image) : geminiBody(image, call.outputLimit));
    return askAt(plan, { path: `/models/${encodeURIComponent(model)}:${deed}`, headers: headersFor(plan), body });
  },
  usageOf(call, body) {
    const answer = parseFields(body);
    if (!answer) return missingUsage({ normalizer: { id: 'google-images', version: '1' }, raw: null, unit: 'image' });
    return isConversation(answer) ? conversationUsage(answer) : predictionUsage(answer, call);
  },
  answer(_call, body): MediaAnswer | undefined {
    const answer = parseFields(body);
    if (!answer) return undefined;
    const pictures = picturesIn(answer);
    if (pictures.length > 0) return { kind: 'image', images: pictures.map((base64) => ({ base64 })) };
    return { kind: 'refused', message: `The provider made no image: ${reasonIn(answer)}.` };
  },
};

function isImagen(model: string): boolean {
  return model.startsWith('imagen');
}

function imageOf({ media }: ModelCall): ImageRequest {
  if (media?.kind === 'image') return media;
  throw new Error('This is no call for an image.');
}

function imagenBody({ prompt, count, size, seed, outputFormat }: ImageRequest): object {
  return {
    instances: [{ prompt }],
    parameters: {
      sampleCount: count,
      ...(size && { aspectRatio: aspectOf(size) }),
      ...(seed !== undefined && { seed, addWatermark: false }),
      ...(outputFormat !== undefined && { outputOptions: { mimeType: `image/${outputFormat}` } }),
    },
  };
}

function geminiBody({ prompt, size, seed, references }: ImageRequest, outputLimit: number | undefined): object {
  const followed = references.map(({ mediaType, bytes }) => ({
    inlineData: { mimeType: mediaType, data: base64Of(bytes) },
  }));
  return {
    contents: [{ role: 'user', parts: [{ text: prompt }, ...followed] }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      // Thoughts and words are tokens too; nothing beyond what is held for.
      maxOutputTokens: outputLimit,
      ...(size && { imageConfig: { aspectRatio: aspectOf(size) } }),
      ...(seed !== undefined && { seed }),
    },
  };
}

function headersFor({ credential }: ProviderRequestPlan): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(credential === undefined ? {} : { 'x-goog-api-key': credential }),
  };
}

function isConversation(answer: Fields): boolean {
  return 'candidates' in answer || 'usageMetadata' in answer || 'promptFeedback' in answer;
}

function conversationUsage(answer: Fields): Usage {
  const { usage } = normalizeGenerate({ usageMetadata: answer['usageMetadata'] ?? null }, {});
  const image = String(picturesIn(answer).length);
  return usage.status === 'reported' ? { ...usage, quantities: { ...usage.quantities, image } } : usage;
}

/** Without the pictures, which are the caller's. */
function predictionUsage(answer: Fields, { choices }: ModelCall): Usage {
  const { predictions } = answer;
  const told = listOf(predictions).map(({ raiFilteredReason }) =>
    raiFilteredReason === undefined ? {} : { raiFilteredReason },
  );
  const raw = Array.isArray(predictions)
    ? { ...answer, predictions: told }
    : { ...answer, raiMediaFilteredCount: choices };
  return normalizeImagen(raw, {}).usage;
}

function picturesIn(answer: Fields): readonly string[] {
  const predicted = listOf(answer['predictions']).flatMap((each) => wordOf(each, 'bytesBase64Encoded') ?? []);
  const parts = listOf(answer['candidates']).flatMap((each) => listOf(partOf(each, 'content')['parts']));
  // What it drew while it thought is not the answer.
  const drawn = parts
    .filter(({ thought }) => thought !== true)
    .flatMap((part) => wordOf(partOf(part, 'inlineData'), 'data') ?? []);
  return [...predicted, ...drawn];
}

function reasonIn(answer: Fields): string {
  const [candidate = {}] = listOf(answer['candidates']);
  const [prediction = {}] = listOf(answer['predictions']);
  const blocked = wordOf(partOf(answer, 'promptFeedback'), 'blockReason');
  const said = blocked ?? wordOf(candidate, 'finishReason') ?? wordOf(prediction, 'raiFilteredReason');
  return said?.slice(0, 300) ?? 'it was filtered';
}
