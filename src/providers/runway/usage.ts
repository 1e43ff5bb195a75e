// A task says what it cost in credits, at a cent each; one that failed gives them back.
import { Counts, partOf } from '#core/usage/counts.ts';
import { jobState } from '#core/usage/job.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';

const normalizeTask: Normalizer = (payload, { usdPerCredit = '0.01' }) => {
  const task = bodyOf(payload);
  const counts = new Counts();
  const state = jobState(task);
  if (state === 'unfinished') counts.flags.add('JOB_UNFINISHED');
  const credits = counts.readDecimal(partOf(task, 'cost'), 'credits');
  const charged = credits !== undefined && credits !== '0';
  const usage = unitUsage(
    {
      normalizer: { id: 'runway', version: '1' },
      raw: payload,
      unit: 'credit',
      quantity: 'credit',
      quantities: credits === undefined || state === 'unfinished' ? {} : { credit: credits },
      cost:
        credits === undefined
          ? undefined
          : { amount: credits, currency: 'RUNWAY_CREDIT', basis: 'cost.credits', usd_per_unit: usdPerCredit },
      billable: state !== 'failed' || charged,
    },
    counts,
  );
  return { usage, facts: {} };
};

export const runwayNormalizers: Readonly<Record<string, Normalizer>> = { 'runway.task': normalizeTask };
