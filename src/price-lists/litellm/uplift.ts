// Factors of LiteLLM's cost map: a region or a speed that costs so many times the plain price. Multiplied out, exactly.
import { parseDecimal, times } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import type { PriceCondition } from '#core/pricing/component.ts';
import type { Candidate } from '#core/price-sync/candidate.ts';
import { shiftDecimal } from '#core/money/decimal-text.ts';
import { isTokenMeter } from '#core/usage/meter.ts';
import { type JsonObject, numberIn, objectIn } from '#core/lossless-json.ts';
import type { Reading } from '../reading.ts';
import type { ModelPlace } from './field.ts';

interface Factor {
  readonly field: string;
  readonly factor: string;
  readonly when: PriceCondition;
}

export interface Uplifted {
  readonly entry: JsonObject;
  /** The model's own prices, without any factor. */
  readonly plain: readonly Candidate[];
}

export function readUplifts(reading: Reading, { model }: ModelPlace, { entry, plain }: Uplifted): void {
  for (const { field, factor, when } of factorsIn(reading, model, entry)) {
    for (const candidate of plain.filter(({ meter }) => isTokenMeter(meter))) {
      const price = multiplied(candidate.price, factor);
      if (price === undefined) reading.leave(field, 'the factor or the price does not read', model);
      else {
        const { provider, kind, meter, currency, starts } = candidate;
        // The price is per million already.
        const said = { provider, model, kind, meter, text: price, scale: -6, currency, starts };
        reading.price({ ...said, field: `${field} × ${candidate.field}`, when: { ...candidate.when, ...when } });
      }
    }
  }
}

function multiplied(price: string, factor: string): string | undefined {
  const plainFactor = shiftDecimal(factor);
  if (plainFactor === undefined) return undefined;
  try {
    return exactText(times(parseDecimal(price), parseDecimal(plainFactor)));
  } catch {
    return undefined;
  }
}

function factorsIn(reading: Reading, model: string, entry: JsonObject): readonly Factor[] {
  const found: Factor[] = [];
  for (const [field, value] of Object.entries(entry)) {
    const region = /^regional_processing_uplift_multiplier_(\w+)$/.exec(field)?.[1];
    const factor = numberIn(value);
    if (region !== undefined && factor !== undefined) found.push({ field, factor, when: { region: [region] } });
    else if (/uplift/.test(field)) reading.leave(field, 'for regions that it does not name', model);
  }
  for (const [name, value] of Object.entries(objectIn(entry['provider_specific_entry']))) {
    const factor = numberIn(value);
    const field = `provider_specific_entry.${name}`;
    if (factor === undefined) reading.leave(field, 'it is no factor', model);
    else if (name === 'fast') found.push({ field, factor, when: { speed: [name] } });
    else if (/^[a-z]{2}(?:-[a-z0-9-]+)?$/.test(name)) found.push({ field, factor, when: { region: [name] } });
    else reading.leave(field, 'a factor for we do not know what', model);
  }
  return found;
}
