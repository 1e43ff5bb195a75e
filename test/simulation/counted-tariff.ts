// What a counted call costs, computed a second time: by the numbers of the units that it was given, and nothing else.
import type { UnitRanges } from '#core/usage/unit-range.ts';
import type { Consumed } from './tariff.ts';

export interface CountedTariff {
  /** Of every token by its number, or of the prompt's by how many there are in all. */
  readonly counts: 'tokens' | 'prompt';
  readonly threshold: bigint;
  readonly below: bigint;
  readonly above: bigint;
  /** For a token of output that is not counted. */
  readonly output: bigint;
}

export interface CountedCharge {
  readonly charge: bigint;
  readonly adjustment: bigint;
}

/** `undefined` when it was given more or fewer units than it consumed. */
export function countedCharge(
  { counts, threshold, below, above, output }: CountedTariff,
  { factor, consumed, given }: { readonly factor: bigint; readonly consumed: Consumed; readonly given: UnitRanges },
): CountedCharge | undefined {
  const prompt = BigInt(consumed.promptTokens);
  const completion = BigInt(consumed.completionTokens);
  let units = 0n;
  let cheap = 0n;
  let crossed = false;
  for (const { from, to } of given) {
    units += to - from;
    if (to > threshold) cheap += to - (from > threshold ? from : threshold);
    if (from <= threshold && threshold < to) crossed = true;
  }
  if (units !== (counts === 'tokens' ? prompt + completion : prompt)) return undefined;
  const free = counts === 'tokens' ? 0n : completion * output;
  return {
    charge: ((units - cheap) * below + cheap * above + free) * factor,
    adjustment: counts === 'prompt' && crossed ? threshold * (above - below) * factor : 0n,
  };
}
