// The cost is known when the task is given: credits at a cent each, and the megapixels in and out that they are for.
import { floorDivide, parseDecimal } from '#core/money/rational.ts';
import { Counts, type Fields } from '#core/usage/counts.ts';
import { jobState } from '#core/usage/job.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { type Quantities, unitUsage } from '#core/usage/record.ts';

export const normalizeSubmit: Normalizer = (payload, { usdPerCredit = '0.01' }) => {
  const task = bodyOf(payload);
  const counts = new Counts();
  const credits = counts.readDecimal(task, 'cost');
  const megapixels = megapixelsIn(task, counts);
  const cost =
    credits === undefined
      ? undefined
      : { amount: credits, currency: 'BFL_CREDIT', basis: 'cost', usd_per_unit: usdPerCredit };
  const byCredit = megapixels === undefined && credits !== undefined;
  const usage = unitUsage(
    {
      normalizer: { id: 'bfl', version: '1' },
      raw: payload,
      unit: byCredit ? 'credit' : 'megapixel',
      quantity: byCredit ? 'credit' : 'megapixel_first',
      quantities: byCredit ? { credit: credits } : (megapixels ?? {}),
      cost,
      billable: jobState(task) !== 'failed',
    },
    counts,
  );
  const { usage_quantity } = usage;
  return { usage: { ...usage, usage_quantity: wholeOf(usage.quantities) ?? usage_quantity }, facts: {} };
};

/** Megapixels are rounded up; the first that is made costs more than the next ones. */
function megapixelsIn(task: Fields, counts: Counts): Quantities | undefined {
  const output = raisedIn(task, 'output_mp', counts);
  if (output === undefined) return undefined;
  const input = raisedIn(task, 'input_mp', counts) ?? 0n;
  const first = output > 0n ? 1n : 0n;
  return { megapixel_first: String(first), megapixel_next: String(output - first), megapixel_in: String(input) };
}

function raisedIn(task: Fields, name: string, counts: Counts): bigint | undefined {
  const text = counts.readDecimal(task, name);
  if (text === undefined) return undefined;
  const { quotient, remainder } = floorDivide(parseDecimal(text));
  return remainder === 0n ? quotient : quotient + 1n;
}

function wholeOf(quantities: Quantities | undefined): string | undefined {
  const { megapixel_first, megapixel_next } = quantities ?? {};
  if (megapixel_first === undefined || megapixel_next === undefined) return undefined;
  return String(BigInt(megapixel_first) + BigInt(megapixel_next));
}

export const bflNormalizers: Readonly<Record<string, Normalizer>> = { 'bfl.submit': normalizeSubmit };
