// A header says how many units are billed, and the price says of what.
import { meterOf } from '#core/usage/unit-meter.ts';
import { Counts } from '#core/usage/counts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { headersOf } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';

const normalizeResult: Normalizer = (payload, { unit = 'credit', meter }) => {
  const counts = new Counts();
  const units = counts.readText(headersOf(payload), 'x-fal-billable-units');
  const quantity = meter ?? meterOf(unit);
  const quantities = units === undefined ? {} : { [quantity]: units };
  const normalizer = { id: 'fal', version: '1' };
  return { usage: unitUsage({ normalizer, raw: payload, unit, quantity, quantities }, counts), facts: {} };
};

export const falNormalizers: Readonly<Record<string, Normalizer>> = { 'fal.result': normalizeResult };
