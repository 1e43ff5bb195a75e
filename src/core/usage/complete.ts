// Where a provider said only a part, or nothing, the rest is counted by us, and the record says so.
import { type Expected, expectedUsage } from './expected.ts';
import { estimatedUsage, type Usage } from './usage.ts';

export interface Counted {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** Where text is not all that is counted. */
  readonly expected?: Expected | undefined;
  /** How it was counted. */
  readonly method: string;
}

/** What the provider said stays as it is; `reported` may be missing altogether. */
export function completeUsage(reported: Usage | undefined, counted: Counted): Usage {
  if (!reported || reported.status === 'missing') {
    const { expected, method, ...tokens } = counted;
    const raw = reported?.raw_usage ?? null;
    return expected ? expectedUsage(expected, method, raw) : estimatedUsage({ ...tokens, method, raw });
  }
  if (reported.status !== 'partial') return reported;
  const prompt_tokens = reported.flags.includes('PROMPT_TOKENS_MISSING')
    ? counted.prompt_tokens
    : reported.prompt_tokens;
  const completion_tokens = reported.flags.includes('COMPLETION_TOKENS_MISSING')
    ? counted.completion_tokens
    : reported.completion_tokens;
  const total_tokens = prompt_tokens + completion_tokens;
  return {
    ...reported,
    prompt_tokens,
    completion_tokens,
    total_tokens,
    ...(reported.usage_unit === 'token' ? { usage_quantity: String(total_tokens) } : {}),
    flags: [...reported.flags, `COUNTED_BY_${counted.method.toUpperCase()}`],
  };
}
