// What a job that made something consumed: the provider's own measure where it has one, else what was asked for.
import { Counts } from './counts.ts';
import { type Quantities, unitUsage } from './record.ts';
import { meterOf } from './unit-meter.ts';
import { notBillable, type Usage, type UsageUnit } from './usage.ts';

export interface JobMeasured {
  readonly normalizer: Usage['normalizer'];
  /** Without prompts and addresses. */
  readonly raw: unknown;
  readonly unit: UsageUnit;
  /** What was planned, by every measure. */
  readonly quantities: Quantities;
  /** What the provider says instead. */
  readonly measured?: Quantities;
}

export function jobUsage({ normalizer, raw, unit, quantities, measured = {} }: JobMeasured): Usage {
  const quantity = meterOf(unit);
  return unitUsage({ normalizer, raw, unit, quantity, quantities: { ...quantities, ...measured } }, new Counts());
}

/** Nothing was made, and the provider bills nothing. */
export function nothingMade({ normalizer, raw, unit }: Pick<JobMeasured, 'normalizer' | 'raw' | 'unit'>): Usage {
  return notBillable({ normalizer, raw, unit, flags: ['job_failed'] });
}
