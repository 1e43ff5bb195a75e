// A measure taken outside the provider: the clock of an agent, the length of a file.
import { Counts, type Fields } from '#core/usage/counts.ts';
import { jobState } from '#core/usage/job.ts';
import { isUnitMeter, type UnitMeter } from '#core/usage/meter.ts';
import type { Asked, Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { type Quantities, unitUsage } from '#core/usage/record.ts';
import { meterOf, unitOf } from '#core/usage/unit-meter.ts';

/** `{ seconds: "37" }` are seconds of audio, unless the price is for others; `{ page: 3 }` and `{ pages: 3 }` are pages. */
const normalizeMeasure: Normalizer = (payload, asked) => {
  const body = bodyOf(payload);
  const counts = new Counts();
  const measured = measuredIn(body, asked, counts) ?? askedFor(asked);
  const [first] = Object.keys(measured).filter(isUnitMeter);
  const meter = first ?? asked.meter ?? meterOf(asked.unit ?? 'request');
  const state = jobState(body);
  if (state === 'unfinished') counts.flags.add('JOB_UNFINISHED');
  const usage = unitUsage(
    {
      normalizer: { id: 'meter', version: '1' },
      raw: payload,
      unit: unitOf(meter) ?? 'request',
      quantity: meter,
      quantities: state === 'done' ? measured : {},
      billable: state !== 'failed',
    },
    counts,
  );
  return { usage, facts: {} };
};

function measuredIn(body: Fields, asked: Asked, counts: Counts): Quantities | undefined {
  const found: Partial<Record<UnitMeter, string>> = {};
  for (const name in body) {
    const meter = meterNamed(name, asked);
    const text = meter && counts.readText(body, name);
    if (meter !== undefined && text !== undefined) found[meter] = text;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

function meterNamed(name: string, { meter }: Asked): UnitMeter | undefined {
  if (isUnitMeter(name)) return name;
  const single = name.replace(/s$/, '');
  if (isUnitMeter(single)) return single;
  const usual = usualMeters[name];
  return meter !== undefined && usual !== undefined && unitOf(meter) === unitOf(usual) ? meter : usual;
}

const usualMeters: Readonly<Record<string, UnitMeter>> = {
  seconds: 'audio_second_in',
  duration: 'audio_second_in',
  audio_seconds: 'audio_second_in',
  hours: 'agent_hour',
  clips: 'video_clip',
  token_hours: 'storage_token_hour',
};

/** Without a measure, what was asked for is what there is. */
function askedFor({ meter, unit, characters, seconds, results }: Asked): Quantities {
  const wanted = meter ?? (unit === undefined ? undefined : meterOf(unit));
  if (wanted === undefined) return {};
  if (wanted === 'character') return characters === undefined ? {} : { character: String(characters) };
  const isTime = unitOf(wanted) === 'second' || unitOf(wanted) === 'gpu_second';
  const text = isTime ? seconds : results === undefined ? undefined : String(results);
  return text === undefined ? {} : { [wanted]: text };
}

export const meterNormalizers: Readonly<Record<string, Normalizer>> = {
  meter: normalizeMeasure,
  'meter.direct': normalizeMeasure,
  request: normalizeMeasure,
};
