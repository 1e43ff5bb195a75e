// The usage of what was heard: billed by its length, which the maker tells in a field of its own.
import type { Counts } from './counts.ts';
import { unitUsage } from './record.ts';
import type { Usage } from './usage.ts';

interface Heard {
  readonly normalizer: Usage['normalizer'];
  readonly raw: unknown;
  /** Unless it was not told. */
  readonly seconds: string | undefined;
}

export function heardUsage({ normalizer, raw, seconds }: Heard, counts: Counts): Usage {
  const quantities = seconds === undefined ? {} : { audio_second_in: seconds };
  return unitUsage({ normalizer, raw, unit: 'second', quantity: 'audio_second_in', quantities }, counts);
}
