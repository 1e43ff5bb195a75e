// Guardrails: each policy counts units of text of its own.
import { Counts, isFields } from '#core/usage/counts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { partOrWhole } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';

/** Policies that differ in price are told apart in the raw payload; the free ones are not counted. */
export const normalizeGuardrail: Normalizer = (payload) => {
  const raw = partOrWhole(payload, 'usage');
  const counts = new Counts();
  const fields = isFields(raw) ? raw : {};
  const units = Object.keys(fields)
    .filter((name) => name.endsWith('Units') && !name.endsWith('FreeUnits'))
    .map((name) => counts.readPart([fields, name]));
  const sum = units.reduce((total, each) => total + each, 0);
  const usage = unitUsage(
    {
      normalizer: { id: 'bedrock-guardrails', version: '1' },
      raw,
      unit: 'credit',
      quantity: 'guardrail_unit',
      quantities: units.length === 0 ? {} : { guardrail_unit: String(sum) },
    },
    counts,
  );
  return { usage, facts: {} };
};
