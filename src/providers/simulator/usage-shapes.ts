import type { UsageShape } from './usage-shape.ts';
import { inclusive } from './usage-shape.ts';
import { usageShapesOfHosts } from './usage-shapes-of-hosts.ts';
import { usageShapesOfMakers } from './usage-shapes-of-makers.ts';

/** Every way to report usage that the simulator knows, by the name that the knob `shape` takes. */
export const usageShapes = {
  plain: { stream: 'when-asked', thinks: false, usage: inclusive },
  ...usageShapesOfMakers,
  ...usageShapesOfHosts,
  // What small servers do: forget it, send null, send zeros, or repeat the sum so far on each chunk.
  missing: { stream: 'never', thinks: false, usage: () => undefined },
  null: { stream: 'on-every-chunk', thinks: false, usage: () => null },
  zero: {
    stream: 'when-asked',
    thinks: false,
    usage: () => ({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }),
  },
  cumulative: { stream: 'on-every-chunk', thinks: false, usage: inclusive },
} satisfies Record<string, UsageShape>;

export type ShapeName = keyof typeof usageShapes;

export const shapeNames = Object.keys(usageShapes).filter(isShapeName);

export function usageShape(name: ShapeName): UsageShape {
  return usageShapes[name];
}

function isShapeName(name: string): name is ShapeName {
  return Object.hasOwn(usageShapes, name);
}
