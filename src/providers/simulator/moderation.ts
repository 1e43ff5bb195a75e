import type { JsonObject } from './fields.ts';
import { isObject, textField } from './fields.ts';
import { Refusal } from './refusal.ts';

/** A request to /v1/moderations. */
export interface ModerationCall {
  readonly inputs: readonly string[];
}

const categories = ['harassment', 'hate', 'illicit', 'self-harm', 'sexual', 'violence'] as const;

export function readModerationCall(body: JsonObject): ModerationCall {
  const { input } = body;
  if (typeof input === 'string') return { inputs: [input] };
  if (Array.isArray(input) && input.length > 0) {
    if (input.every((each) => typeof each === 'string')) return { inputs: input };
    // Parts of one thing to be judged.
    if (input.every(isObject)) return { inputs: [input.map((part) => textField(part, 'text') ?? '').join('')] };
  }
  throw new Refusal(400, "Invalid value for 'input'.", { param: 'input', code: 'invalid_value' });
}

/** Flags whatever names a category. */
export function renderModeration({ inputs }: ModerationCall, { id, model }: { id: string; model: string }): string {
  const results = inputs.map((text) => {
    const found = categories.map((name) => [name, text.toLowerCase().includes(name)] as const);
    return {
      flagged: found.some(([, is]) => is),
      categories: Object.fromEntries(found),
      category_scores: Object.fromEntries(found.map(([name, is]) => [name, is ? 1 : 0])),
      category_applied_input_types: Object.fromEntries(found.map(([name]) => [name, ['text']])),
    };
  });
  return JSON.stringify({ id, model, results });
}
