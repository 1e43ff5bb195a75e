/** What was consumed, before an upstream's habits make a usage object of it. */
export interface Counts {
  readonly prompt: number;
  /** Of the prompt. */
  readonly cached: number;
  /** What the caller sees. */
  readonly visible: number;
  /** What the model thought and the caller does not see. */
  readonly reasoning: number;
}

/** Where a stream says what it used. */
export type UsagePlacement =
  /** As OpenAI: when asked, on a last chunk without choices, and null on all others. */
  | 'when-asked'
  /** Always, on the chunk that ends the answer. */
  | 'on-finish'
  /** As 'on-finish', with null on the chunks before. */
  | 'on-finish-else-null'
  /** Always, inside the choice that ends the answer. */
  | 'in-choice'
  /** Always, on each chunk, so far. */
  | 'on-every-chunk'
  /** As 'when-asked', and always as `x_groq.usage` on the chunk that ends the answer. */
  | 'when-asked-and-x-groq'
  | 'never';

export interface UsageShape {
  readonly stream: UsagePlacement;
  /** The model thinks without being told how much. */
  readonly thinks: boolean;
  /** The usage object; undefined leaves the field out. */
  usage(counts: Counts): UsageObject | null | undefined;
}

export type UsageObject = Readonly<Record<string, unknown>>;

/** Reasoning inside completion, total the sum of both: what most upstreams do. */
export function inclusive(counts: Counts): {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
} {
  const completion = counts.visible + counts.reasoning;
  return { prompt_tokens: counts.prompt, completion_tokens: completion, total_tokens: counts.prompt + completion };
}

/** Reasoning outside completion. */
export function exclusive(counts: Counts): {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
} {
  const { prompt, visible } = counts;
  return { prompt_tokens: prompt, completion_tokens: visible, total_tokens: prompt + visible };
}
