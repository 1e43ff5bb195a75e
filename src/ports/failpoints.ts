// Named places between hold and settle at which a test stops the process for good.

export const failpointNames = [
  'after-hold',
  'after-journal-dispatch',
  'after-dispatch',
  'after-answer-head',
  'in-mid-stream',
  'after-answer',
  'after-journal-settle',
  'after-settle',
  'after-answer-end',
  'before-ledger-write',
  'after-ledger-write',
  'after-confirm',
] as const;

/** Those that only jobs reach. */
export const jobFailpointNames = ['after-accepted', 'after-final-word'] as const;

export type FailpointName = (typeof failpointNames)[number] | (typeof jobFailpointNames)[number];

export interface Failpoints {
  reach(name: FailpointName): void;
}
