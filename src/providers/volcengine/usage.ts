// Films are counted in tokens of their size and length, all of it output; images one by one.
import { Counts, type Fields, isFields, wordOf } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import { factsOf } from '#core/usage/facts.ts';
import { jobState } from '#core/usage/job.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, partOrWhole } from '#core/usage/payload.ts';
import { tokenUsage } from '#core/usage/record.ts';
import { missingUsage, notBillable } from '#core/usage/usage.ts';

const videoNormalizer = { id: 'seedance', version: '1' };

const normalizeVideo: Normalizer = (payload) => {
  const task = bodyOf(payload);
  const facts = factsOf({
    resolution: wordOf(task, 'resolution'),
    duration: decimalOf(task['duration']),
    audio: typeof task['generate_audio'] === 'boolean' ? task['generate_audio'] : undefined,
    service_tier: wordOf(task, 'service_tier'),
  });
  const raw = partOrWhole(payload, 'usage');
  if (jobState(task) === 'failed') return { usage: notBillable({ normalizer: videoNormalizer, raw: payload }), facts };
  const fields: Fields = isFields(raw) ? raw : {};
  const counts = new Counts();
  const total = counts.read(fields, 'total_tokens');
  const completion = counts.read(fields, 'completion_tokens') ?? total;
  const usage = tokenUsage(
    {
      normalizer: videoNormalizer,
      raw: raw ?? null,
      prompt: completion === undefined ? undefined : counts.readPart([fields, 'prompt_tokens']),
      completion,
      completionParts: { video_tokens: completion },
      reportedTotal: total,
    },
    counts,
  );
  return { usage, facts };
};

const normalizeImage: Normalizer = (payload, { results }) => {
  const normalizer = { id: 'seedream', version: '1' };
  const raw = partOrWhole(payload, 'usage');
  const fields: Fields = isFields(raw) ? raw : {};
  const counts = new Counts();
  const images =
    counts.readDecimal(fields, 'generated_images') ?? (results === undefined ? undefined : String(results));
  const output = counts.read(fields, 'output_tokens');
  if (images === undefined && !counts.invalid)
    return { usage: missingUsage({ normalizer, raw, unit: 'image' }), facts: {} };
  const usage = tokenUsage(
    {
      normalizer,
      raw,
      prompt: counts.readPart([fields, 'input_tokens']),
      completion: output ?? 0,
      completionParts: { image_tokens: output },
      quantities: { image: images ?? '0' },
      reportedTotal: counts.read(fields, 'total_tokens'),
    },
    counts,
  );
  if (usage.status === 'invalid') return { usage, facts: {} };
  return { usage: { ...usage, usage_unit: 'image', usage_quantity: images ?? '0' }, facts: {} };
};

export const volcengineNormalizers: Readonly<Record<string, Normalizer>> = {
  'seedance.video': normalizeVideo,
  'seedream.image': normalizeImage,
};
