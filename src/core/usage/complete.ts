// Where a provider said only a part, or nothing, the rest is counted by us, and the record says so.
import type { Quantities } from './record.ts';
import { estimatedUsage, type Usage } from './usage.ts';

export interface Counted {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** Of what is not counted in tokens. */
  readonly quantities?: Quantities | undefined;
  /** How it was counted. */
  readonly method: string;
}

/** What the provider said stays as it is; `reported` may be missing altogether. */
export function completeUsage(reported: Usage | undefined, counted: Counted): Usage {
  if (!reported || reported.status === 'missing') {
    return estimatedUsage({ ...counted, raw: reported?.raw_usage ?? null });
  }
  if (reported.status !== 'partial') return reported;
  const prompt_tokens = reported.flags.includes('PROMPT_TOKENS_MISSING')
    ? counted.prompt_tokens
    : reported.prompt_tokens;
  const completion_tokens = reported.flags.includes('COMPLETION_TOKENS_MISSING')
    ? counted.completion_tokens
    : reported.completion_tokens;
  const total_tokens = prompt_tokens + completion_tokens;
  const quantities = counted.quantities && { ...counted.quantities, ...reported.quantities };
  return {
    ...reported,
    ...(quantities && { quantities }),
    prompt_tokens,
    completion_tokens,
    total_tokens,
    ...(reported.usage_unit === 'token' ? { usage_quantity: String(total_tokens) } : {}),
    flags: [...reported.flags, `COUNTED_BY_${counted.method.toUpperCase()}`],
  };
}
