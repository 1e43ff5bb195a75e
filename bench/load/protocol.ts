// What the load generator can be asked.
import { z } from 'zod';
import { modes } from '../workload.ts';

const aim = {
  port: z.int(),
  path: z.string(),
  mode: z.enum(modes),
  /** Shared out over the connections; none: no credential is sent. */
  keys: z.array(z.string()).readonly(),
  connections: z.int().min(1),
  /** Before anything is counted. */
  warmMs: z.number(),
  ms: z.number(),
};

export const loadQuestion = z.discriminatedUnion('kind', [
  /** Every connection calls again as soon as it is answered. */
  z.object({ kind: z.literal('closed'), ...aim }),
  /** Calls begin at their time, whether or not others are answered: `perSecond` on average, with random gaps. */
  z.object({ kind: z.literal('open'), perSecond: z.number(), seed: z.int(), ...aim }),
]);
export type LoadQuestion = z.output<typeof loadQuestion>;

export const loadAnswer = z.object({
  /** Answered while it counted. */
  counted: z.int(),
  /** Answered at all. */
  calls: z.int(),
  failed: z.int(),
  /** From when a call should have begun to its last byte; empty for closed loops. */
  latenciesMs: z.instanceof(Float64Array),
});
export type LoadAnswer = z.output<typeof loadAnswer>;
