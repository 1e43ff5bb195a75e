import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { at } from './asking.ts';
import type { Counts } from './usage-shape.ts';
import type { ShapeName } from './usage-shapes.ts';
import { shapeNames, usageShape } from './usage-shapes.ts';

const someCounts = fc
  .record({ prompt: fc.nat(1_000_000), share: fc.nat(100), visible: fc.nat(1_000_000), reasoning: fc.nat(1_000_000) })
  .map(({ share, ...counts }): Counts => ({ ...counts, cached: Math.floor((counts.prompt * share) / 100) }));

type Equation = (usage: unknown, counts: Counts) => boolean;

const field = (usage: unknown, ...path: readonly string[]): number => Number(at(usage, ...path));
const sumsUp: Equation = (usage, { prompt, visible, reasoning }) =>
  field(usage, 'prompt_tokens') === prompt &&
  field(usage, 'completion_tokens') === visible + reasoning &&
  field(usage, 'total_tokens') === prompt + visible + reasoning;
const thinksOutside: Equation = (usage, { prompt, visible, reasoning }) =>
  field(usage, 'prompt_tokens') === prompt &&
  field(usage, 'completion_tokens') === visible &&
  field(usage, 'total_tokens') === prompt + visible + reasoning;
const cachedIn =
  (...path: readonly string[]): Equation =>
  (usage, { cached }) =>
    field(usage, ...path) === cached;
const cachedInDetails = cachedIn('prompt_tokens_details', 'cached_tokens');
const thoughtInDetails: Equation = (usage, { reasoning }) =>
  field(usage, 'completion_tokens_details', 'reasoning_tokens') === reasoning;

const equations: Record<ShapeName, readonly Equation[]> = {
  plain: [sumsUp],
  openai: [sumsUp, cachedInDetails, thoughtInDetails],
  deepseek: [
    sumsUp,
    cachedInDetails,
    thoughtInDetails,
    (usage) =>
      field(usage, 'prompt_cache_hit_tokens') + field(usage, 'prompt_cache_miss_tokens') ===
      field(usage, 'prompt_tokens'),
  ],
  mistral: [sumsUp, cachedIn('num_cached_tokens')],
  xai: [thinksOutside, cachedInDetails, thoughtInDetails, (usage) => Number.isInteger(at(usage, 'cost_in_usd_ticks'))],
  'gemini-openai-compat': [thinksOutside],
  dashscope: [
    sumsUp,
    cachedInDetails,
    thoughtInDetails,
    (usage, { prompt, cached }) =>
      cached + field(usage, 'prompt_tokens_details', 'cache_creation_input_tokens') <= prompt,
  ],
  moonshot: [sumsUp, cachedIn('cached_tokens')],
  groq: [sumsUp, cachedInDetails, thoughtInDetails],
  openrouter: [sumsUp, cachedInDetails, thoughtInDetails],
  together: [sumsUp, cachedIn('cached_tokens')],
  fireworks: [sumsUp, cachedIn('cached_tokens')],
  perplexity: [
    (usage, { prompt, visible, reasoning }) =>
      field(usage, 'total_tokens') === prompt + visible && field(usage, 'reasoning_tokens') === reasoning,
  ],
  missing: [(usage) => usage === undefined],
  null: [(usage) => usage === null],
  zero: [(usage) => field(usage, 'total_tokens') === 0],
  cumulative: [sumsUp],
};

describe('a usage shape', () => {
  it.each(shapeNames)('%s keeps its total equation', (name) => {
    fc.assert(
      fc.property(someCounts, (counts) => {
        const usage = usageShape(name).usage(counts);
        expect(equations[name].map((holds) => holds(usage, counts))).not.toContain(false);
      }),
    );
  });

  it('writes costs as the nearest number to the exact decimal', () => {
    const counts: Counts = { prompt: 37, cached: 0, visible: 28, reasoning: 64 };
    expect(JSON.stringify(at(usageShape('openrouter').usage(counts), 'cost'))).toBe('0.00006075');
    expect(at(usageShape('xai').usage(counts), 'cost_in_usd_ticks')).toBe(37 * 2000 + 92 * 5000);
    expect(at(usageShape('perplexity').usage(counts), 'cost', 'total_cost')).toBe(0.015602);
  });
});
