// What each family of models is told in a field of its own: sampling by rank, and how long to think.
import type { ChatRequest } from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { budgetOf, effortOf, type Thinking } from '#core/call/thinking.ts';
import { NoCounterpart } from '#core/call/untranslatable.ts';
import type { Target } from '#core/catalog/catalog.ts';
import type { Fields } from '#core/usage/counts.ts';

export function writeOwnFields({ topK, thinking }: ChatRequest, call: ModelCall, target: Target): Fields | undefined {
  const { model } = target;
  const wanted = thinking !== undefined && effortOf(thinking) !== 'none' ? thinking : undefined;
  const own = /anthropic\.claude/.test(model)
    ? claudeFields(topK, wanted, call, target)
    : /amazon\.nova/.test(model)
      ? novaFields(topK, wanted, model)
      : plainFields(topK, wanted, model);
  return Object.keys(own).length === 0 ? undefined : own;
}

function plainFields(topK: number | undefined, thinking: Thinking | undefined, model: string): Fields {
  if (topK !== undefined) throw new NoCounterpart('top_k');
  if (thinking) throw new NoCounterpart('reasoning_effort', `cannot be set: ${model} is not told how long to think.`);
  return {};
}

/** The least budget that it takes. */
const budgetMin = 1_024;

// Those after 4.5 decide by themselves, and are told how hard to try.
const toldBudgets = /claude-(?:3-7|(?:opus|sonnet|haiku)-4(?:-[0-5])?-\d{6,})|claude-opus-4-5/;
const thinksNotAtAll = /claude-(?:v?2|instant|3-(?:5-)?(?:opus|sonnet|haiku))/;

function claudeFields(
  topK: number | undefined,
  thinking: Thinking | undefined,
  { outputLimit }: ModelCall,
  { model, defaultOutputTokens }: Target,
): Fields {
  const ranked = topK === undefined ? {} : { top_k: topK };
  if (!thinking) return ranked;
  if (thinksNotAtAll.test(model))
    throw new NoCounterpart('reasoning_effort', `cannot be set: ${model} does not think.`);
  if (topK !== undefined) throw new NoCounterpart('top_k', 'cannot be set for this model while it thinks.');
  if (!toldBudgets.test(model)) {
    const effort = effortOf(thinking);
    const word = effort === 'minimal' ? 'low' : effort;
    return { thinking: { type: 'adaptive' }, ...(word === undefined ? {} : { output_config: { effort: word } }) };
  }
  // It counts within the limit of the output, and leaves half of it to the answer.
  const asked = budgetOf(thinking) ?? budgetMin;
  const limit = outputLimit ?? defaultOutputTokens;
  const budget = Math.max(budgetMin, Math.min(asked, limit === undefined ? asked : Math.floor(limit / 2)));
  if (limit !== undefined && budget >= limit) {
    throw new NoCounterpart('reasoning_effort', `needs an output limit above ${budgetMin} tokens for this model.`);
  }
  return { thinking: { type: 'enabled', budget_tokens: budget } };
}

function novaFields(topK: number | undefined, thinking: Thinking | undefined, model: string): Fields {
  const ranked = topK === undefined ? {} : { inferenceConfig: { topK } };
  if (!thinking) return ranked;
  if (!/nova-(?:[2-9]|\d{2})/.test(model))
    throw new NoCounterpart('reasoning_effort', `cannot be set: ${model} does not think.`);
  const effort = effortOf(thinking);
  // With more it takes no limit of its output, and nothing could be held for it.
  if (effort !== undefined && effort !== 'minimal' && effort !== 'low' && effort !== 'medium') {
    throw new NoCounterpart('reasoning_effort', 'beyond medium cannot be bounded for this model.');
  }
  const maxReasoningEffort = effort === 'medium' ? 'medium' : 'low';
  return { ...ranked, reasoningConfig: { type: 'enabled', maxReasoningEffort } };
}
