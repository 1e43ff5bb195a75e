// Images: the models that count tokens say what they were; for the older ones the images are all there is.
import { Counts, type Fields, isFields, partOf, wordOf } from '#core/usage/counts.ts';
import { factsOf } from '#core/usage/facts.ts';
import { lastValues } from '#core/usage/last-values.ts';
import type { Asked, Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, eventsIn, partOrWhole } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';
import type { SubUsage, Usage } from '#core/usage/usage.ts';
import { normalizeOpenAiUsage } from './usage.ts';

export const normalizeImages: Normalizer = (payload, asked) => {
  const events = eventsIn(payload);
  const body = events ? finalImages(events) : bodyOf(payload);
  const raw = partOrWhole(body, 'usage');
  const images = imagesIn(body, asked);
  const isUsage = isFields(raw) && ('input_tokens' in raw || 'output_tokens' in raw || 'total_tokens' in raw);
  const usage = isUsage ? normalizeOpenAiUsage(raw, { endpoint: 'images', ...images }) : byImage(payload, images);
  const { size, quality } = { size: wordOf(body, 'size'), quality: wordOf(body, 'quality') };
  return { usage: withDrawing(usage, body), facts: factsOf({ size, quality }) };
};

interface Images {
  readonly images?: number;
}

function imagesIn(body: Fields, { results }: Asked): Images {
  const data = body['data'];
  const images = Array.isArray(data) ? data.length : results;
  return images === undefined ? {} : { images };
}

function byImage(raw: unknown, { images }: Images): Usage {
  const quantities = images === undefined ? {} : { image: String(images) };
  return unitUsage({ normalizer, raw, unit: 'image', quantity: 'image', quantities }, new Counts());
}

const normalizer = { id: 'openai-images', version: '1' };

/** Each image is completed by an event of its own; the last says what all of them used. */
function finalImages(events: readonly unknown[]): Fields {
  const completed = events.filter(isFields).filter((event) => wordOf(event, 'type')?.endsWith('.completed') === true);
  const last = lastValues(completed) ?? {};
  return { ...last, usage: last['usage'] ?? null, data: completed };
}

/** A drawing in vectors is made by another model, at that model's price. */
function withDrawing(usage: Usage, body: Fields): Usage {
  const raw = partOf(body, 'svg_usage');
  const inside = partOf(partOf(body, 'usage'), 'svg_usage');
  const drawing = [raw, inside].find((each) => wordOf(each, 'model') !== undefined);
  if (!drawing || usage.status !== 'reported') return usage;
  const sub: SubUsage = {
    model: wordOf(drawing, 'model') ?? '',
    usage: normalizeOpenAiUsage(drawing, { endpoint: 'responses' }),
  };
  return { ...usage, sub_usages: [...(usage.sub_usages ?? []), sub] };
}
