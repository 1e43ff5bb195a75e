// Films: no usage; the job says how many seconds it made, as text, and only one that is completed is charged.
import { Counts, wordOf } from '#core/usage/counts.ts';
import { factsOf } from '#core/usage/facts.ts';
import { jobState } from '#core/usage/job.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';

export const normalizeVideo: Normalizer = (payload, asked) => {
  const job = bodyOf(payload);
  const counts = new Counts();
  const state = jobState(job);
  if (state === 'unfinished') counts.flags.add('JOB_UNFINISHED');
  const seconds = counts.readText(job, 'seconds') ?? asked.seconds;
  const usage = unitUsage(
    {
      normalizer,
      raw: payload,
      unit: 'second',
      quantity: 'video_second',
      quantities: seconds === undefined || state !== 'done' ? {} : { video_second: seconds },
      billable: state !== 'failed',
    },
    counts,
  );
  return { usage, facts: factsOf({ size: wordOf(job, 'size'), quality: wordOf(job, 'quality'), duration: seconds }) };
};

const normalizer = { id: 'openai-video', version: '1' };
