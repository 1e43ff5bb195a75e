// The same words mean different things: the upstream's own total says which parts stand inside the headline counts.
import type { Counts } from '#core/usage/counts.ts';

export interface Said {
  readonly prompt: number | undefined;
  readonly completion: number | undefined;
  readonly total: number | undefined;
  readonly cacheRead: number;
  readonly cacheWritten: number;
  readonly reasoning: number;
  readonly citation: number;
  /** The upstream bills reasoning and citations on top of completion, and leaves them out of the total. */
  readonly additive: boolean;
  /** Where the cache's counts may stand: `either` is decided by the total. */
  readonly cachePlace: 'inside-prompt' | 'either' | 'outside-when-more';
  readonly hasOutput: boolean;
}

/** Inclusive: every part is inside its whole. */
export interface Whole {
  readonly prompt: number;
  readonly completion: number;
  readonly reasoning: number;
  readonly status: 'reported' | 'partial';
}

/** `undefined` when nothing was counted. */
export function wholeOf(said: Said, counts: Counts): Whole | undefined {
  if (said.prompt === undefined && said.completion === undefined && said.total === undefined) return undefined;
  const headline = headlineOf(said, counts);
  const gap = (said.total ?? headline.prompt + headline.completion) - headline.prompt - headline.completion;
  const whole = inclusive(headline, gap, said, counts);
  return withinItself(whole, said, counts);
}

/** Fills the one count that is absent from the other two; what cannot be filled is a flag, not a zero. */
function headlineOf({ prompt, completion, total, hasOutput }: Said, counts: Counts): Omit<Whole, 'reasoning'> {
  if (prompt !== undefined && completion !== undefined) return { prompt, completion, status: 'reported' };
  if (!hasOutput) {
    const known = prompt ?? (total === undefined ? undefined : total - (completion ?? 0));
    if (known !== undefined && known >= 0) return { prompt: known, completion: completion ?? 0, status: 'reported' };
  }
  if (prompt !== undefined && total !== undefined && total >= prompt) {
    return { prompt, completion: total - prompt, status: 'reported' };
  }
  if (completion !== undefined && total !== undefined && total >= completion) {
    return { prompt: total - completion, completion, status: 'reported' };
  }
  if (prompt === undefined) counts.flags.add('PROMPT_TOKENS_MISSING');
  if (completion === undefined) counts.flags.add('COMPLETION_TOKENS_MISSING');
  return { prompt: prompt ?? total ?? 0, completion: completion ?? 0, status: 'partial' };
}

function inclusive(headline: Omit<Whole, 'reasoning'>, gap: number, said: Said, counts: Counts): Whole {
  const { reasoning, citation } = said;
  const cache = said.cacheRead + said.cacheWritten;
  const { prompt, completion, status } = headline;
  if (gap === 0) {
    if (!said.additive || reasoning + citation === 0) return { ...headline, reasoning };
    counts.flags.add('ADDITIVE_OUTPUT_TOKENS');
    return { prompt, completion: completion + reasoning + citation, reasoning, status };
  }
  if (gap < 0 || !said.hasOutput) {
    counts.flags.add('TOTAL_MISMATCH');
    return { ...headline, reasoning };
  }
  const cacheMayBeOutside = said.cachePlace === 'either' || cache > prompt;
  if (gap === reasoning && gap === cache && cacheMayBeOutside) counts.flags.add('AMBIGUOUS_TOTAL');
  if (gap === reasoning && (gap !== cache || cache <= prompt)) {
    return { prompt, completion: completion + reasoning, reasoning, status };
  }
  if (cacheMayBeOutside && gap === cache) return { prompt: prompt + cache, completion, reasoning, status };
  if (cacheMayBeOutside && gap === cache + reasoning) {
    return { prompt: prompt + cache, completion: completion + reasoning, reasoning, status };
  }
  // Thinking that the answer's dialect has no field for is billed as output all the same.
  counts.flags.add('HIDDEN_OUTPUT_TOKENS');
  return { prompt, completion: completion + gap, reasoning: Math.max(reasoning, gap), status };
}

/** A part greater than its whole cannot be charged by anyone's guess, unless it is known to stand beside it. */
function withinItself(whole: Whole, said: Said, counts: Counts): Whole {
  const cache = said.cacheRead + said.cacheWritten;
  if (whole.reasoning + said.citation > whole.completion) counts.refuse('PART_EXCEEDS_WHOLE');
  if (cache <= whole.prompt) return whole;
  if (said.cachePlace === 'outside-when-more') {
    counts.flags.add('CACHE_OUTSIDE_PROMPT');
    return { ...whole, prompt: whole.prompt + cache };
  }
  counts.refuse('PART_EXCEEDS_WHOLE');
  return whole;
}
