// A limit that was lowered after the caller had set a budget for thinking: the dialect takes none that reaches the limit.
import type { ModelCall } from '#core/call/model-call.ts';
import type { FieldEdits } from '#core/call/splice.ts';
import { isFields, partOf } from '#core/usage/counts.ts';

/** The least that the dialect takes. */
const budgetMin = 1_024;

const nothing: FieldEdits = new Map();

/** Half of what is left, or no thinking where that would be too little. */
export function thinkingWithin(call: ModelCall, limit: number): FieldEdits {
  if (limit === call.outputLimit || !call.body.includes('"budget_tokens"')) return nothing;
  const fields: unknown = JSON.parse(call.body);
  const thinking = isFields(fields) ? partOf(fields, 'thinking') : {};
  const { budget_tokens: budget } = thinking;
  if (typeof budget !== 'number' || budget < limit) return nothing;
  const within = Math.max(budgetMin, Math.floor(limit / 2));
  const lowered = within < limit ? { ...thinking, budget_tokens: within } : { type: 'disabled' };
  return new Map([['thinking', JSON.stringify(lowered)]]);
}
