// Hardware by the second that it predicted; waiting is not billed.
import { Counts, namesTokens, partOf } from '#core/usage/counts.ts';
import { jobState } from '#core/usage/job.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';

const normalizePrediction: Normalizer = (payload) => {
  const job = bodyOf(payload);
  const counts = new Counts();
  const state = jobState(job);
  if (state === 'unfinished') counts.flags.add('JOB_UNFINISHED');
  const seconds = counts.readDecimal('metrics' in job ? partOf(job, 'metrics') : job, 'predict_time');
  // Some models count what they made beside the time; which of it is billed is the model's affair.
  counts.noteUnknown(partOf(job, 'metrics'), noFields, namesTokens);
  const usage = unitUsage(
    {
      normalizer: { id: 'replicate', version: '1' },
      raw: payload,
      unit: 'gpu_second',
      quantity: 'gpu_second',
      quantities: seconds === undefined || state === 'unfinished' ? {} : { gpu_second: seconds },
      billable: state !== 'failed',
    },
    counts,
  );
  return { usage, facts: {} };
};

const noFields: ReadonlySet<string> = new Set();

export const replicateNormalizers: Readonly<Record<string, Normalizer>> = {
  'replicate.prediction': normalizePrediction,
};
