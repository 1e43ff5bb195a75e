// Whether many calls may be priced as one: only where a price is by the unit, whatever the size of each call.
import type { PreparedPrice } from './prepare.ts';

/** Why not; `promptTokensMax` is the most that they have together. */
export function notAdditive(price: PreparedPrice, promptTokensMax: number): string | undefined {
  const components = [...price.components.values()].flat();
  for (const { condition } of [...components, ...price.modifiers]) {
    if (!condition) continue;
    const never = condition.promptTokensMin > promptTokensMax;
    const always = condition.promptTokensMin <= 0 && condition.promptTokensMax >= promptTokensMax;
    if (never || always) continue;
    const from = condition.promptTokensMin > 0 ? condition.promptTokensMin : condition.promptTokensMax + 1;
    return `depends on the length of each prompt (from ${from} tokens on)`;
  }
  for (const { meter, countBy, min, roundUpTo } of components) {
    if (countBy === 'prompt' || min !== undefined || roundUpTo !== undefined) {
      return `counts ${meter} for each call on its own`;
    }
  }
  return undefined;
}
