// Films by the second and by resolution; images by their number.
import { compare, parseDecimal, plus, times } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { Counts, type Fields, isFields, partOf, wordOf } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import { factsOf } from '#core/usage/facts.ts';
import { jobState } from '#core/usage/job.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, partOrWhole } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';

export const normalizeVideo: Normalizer = (payload) => {
  const raw = partOrWhole(payload, 'usage');
  const fields = isFields(raw) ? raw : {};
  const counts = new Counts();
  const seconds = secondsIn(fields, counts);
  const usage = unitUsage(
    {
      normalizer: { id: 'dashscope-video', version: '1' },
      raw,
      unit: 'second',
      quantity: 'video_second',
      quantities: seconds === undefined ? {} : { video_second: seconds },
      billable: stateOf(payload) !== 'failed',
    },
    counts,
  );
  const lines = decimalOf(fields['SR']);
  const facts = {
    resolution: lines === undefined ? wordOf(fields, 'resolution') : `${lines}p`,
    size: wordOf(fields, 'size'),
    duration: decimalOf(fields['output_video_duration'] ?? fields['video_duration'] ?? fields['duration']),
    audio: typeof fields['audio'] === 'boolean' ? fields['audio'] : undefined,
  };
  return { usage, facts: factsOf(facts) };
};

/** `duration` is what is billed: what came in and what went out, where both count. */
function secondsIn(fields: Fields, counts: Counts): string | undefined {
  const output = counts.readDecimal(fields, 'output_video_duration') ?? counts.readDecimal(fields, 'video_duration');
  const input = counts.readDecimal(fields, 'input_video_duration') ?? '0';
  const together = output === undefined ? undefined : plus(parseDecimal(output), parseDecimal(input));
  const said = counts.readDecimal(fields, 'duration');
  const count = counts.readDecimal(fields, 'video_count') ?? '1';
  const each = said === undefined ? together : parseDecimal(said);
  if (each === undefined) return undefined;
  if (together !== undefined && compare(each, together) !== 0n) counts.flags.add('DUPLICATES_DISAGREE');
  return exactText(times(each, parseDecimal(count)));
}

export const normalizeImage: Normalizer = (payload, { results }) => {
  const raw = partOrWhole(payload, 'usage');
  const fields = isFields(raw) ? raw : {};
  const counts = new Counts();
  const images = counts.readDecimal(fields, 'image_count') ?? (results === undefined ? undefined : String(results));
  const usage = unitUsage(
    {
      normalizer: { id: 'dashscope-image', version: '1' },
      raw,
      unit: 'image',
      quantity: 'image',
      quantities: images === undefined ? {} : { image: images },
      billable: stateOf(payload) !== 'failed',
    },
    counts,
  );
  const [width, height] = [decimalOf(fields['width']), decimalOf(fields['height'])];
  const size = width === undefined || height === undefined ? wordOf(fields, 'size') : `${width}x${height}`;
  return { usage, facts: factsOf({ size }) };
};

function stateOf(payload: unknown) {
  const body = bodyOf(payload);
  return jobState('output' in body ? partOf(body, 'output') : body);
}
