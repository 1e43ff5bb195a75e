// How long a model is to think: some are told in a word, some in tokens.

export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof efforts)[number];

export interface Thinking {
  readonly effort?: Effort;
  /** Tokens at most. */
  readonly budget?: number;
  /** Whether the caller wants to read along; as its dialect has it unless said. */
  readonly shown?: boolean;
}

export function isEffort(value: unknown): value is Effort {
  return efforts.some((effort) => effort === value);
}

// Below the first a thought is short; these are the budgets that the words are usually given.
const budgets = {
  none: 0,
  minimal: 1_024,
  low: 2_048,
  medium: 12_288,
  high: 24_576,
  xhigh: 32_768,
  max: 65_536,
} as const satisfies Record<Effort, number>;

/** In a word; `undefined` when nobody has said. */
export function effortOf({ effort, budget }: Thinking): Effort | undefined {
  if (effort !== undefined || budget === undefined) return effort;
  if (budget <= budgets.none) return 'none';
  return budget <= budgets.low ? 'low' : budget <= budgets.medium ? 'medium' : 'high';
}

/** In tokens; `undefined` when nobody has said. */
export function budgetOf({ effort, budget }: Thinking): number | undefined {
  return budget ?? (effort === undefined ? undefined : budgets[effort]);
}
