// The units that a task took, as text; what one costs depends on the package that was bought.
import { Counts, partOf } from '#core/usage/counts.ts';
import { jobState } from '#core/usage/job.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';

const normalizeTask: Normalizer = (payload, { usdPerCredit = '0.14' }) => {
  const body = bodyOf(payload);
  const task = 'data' in body ? partOf(body, 'data') : body;
  const counts = new Counts();
  const state = jobState(task);
  if (state === 'unfinished') counts.flags.add('JOB_UNFINISHED');
  const units = counts.readText(task, 'final_unit_deduction');
  const charged = units !== undefined && units !== '0';
  const usage = unitUsage(
    {
      normalizer: { id: 'kling', version: '1' },
      raw: payload,
      unit: 'credit',
      quantity: 'credit',
      quantities: units === undefined || state === 'unfinished' ? {} : { credit: units },
      cost:
        units === undefined
          ? undefined
          : { amount: units, currency: 'KLING_UNIT', basis: 'final_unit_deduction', usd_per_unit: usdPerCredit },
      billable: state !== 'failed' || charged,
    },
    counts,
  );
  return { usage, facts: {} };
};

export const klingNormalizers: Readonly<Record<string, Normalizer>> = { 'kling.task': normalizeTask };
