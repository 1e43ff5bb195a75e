// How long to think, as Anthropic's dialect is told it.
import type { ChatRequest } from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { budgetOf, effortOf, type Thinking } from '#core/call/thinking.ts';
import { NoCounterpart } from '#core/call/untranslatable.ts';
import type { Target } from '#core/catalog/catalog.ts';
import type { Fields } from '#core/usage/counts.ts';

/** The least that the dialect takes. */
const budgetMin = 1_024;

// Claude 3.7 to 4.5 are told a budget; those after them decide by themselves, and are told how hard to try.
const toldBudgets = /claude-(?:3-7|(?:opus|sonnet|haiku)-4(?:-[0-5])?(?:-\d{6,}|-latest|@|$))/;
const thinksNotAtAll = /claude-(?:2|instant|3-(?:5-)?(?:opus|sonnet|haiku))/;

/** @throws NoCounterpart for what cannot be set while a model thinks. */
export function writeThinking(chat: ChatRequest, call: ModelCall, target: Target): Fields {
  const { thinking } = chat;
  if (thinking === undefined) return {};
  const { model } = target;
  if (effortOf(thinking) === 'none') return thinksNotAtAll.test(model) ? {} : { thinking: { type: 'disabled' } };
  if (thinksNotAtAll.test(model))
    throw new NoCounterpart('reasoning_effort', `cannot be set: ${model} does not think.`);
  const mode = toldBudgets.test(model) ? inTokens(chat, thinking, call, target) : inWords(thinking);
  if (mode['thinking'] !== undefined) refuseBesideThinking(chat);
  return mode;
}

function inWords(thinking: Thinking): Fields {
  const effort = effortOf(thinking);
  const word = effort === 'minimal' ? 'low' : effort;
  const display = thinking.shown === undefined ? {} : { display: thinking.shown ? 'summarized' : 'omitted' };
  return { thinking: { type: 'adaptive', ...display }, ...(word === undefined ? {} : { effort: word }) };
}

/**
 * What is thought counts within the limit of the output, and leaves half of it to the answer. A turn whose tool calls came
 * without their sealed thoughts has to be ended without thinking: the dialect takes it in no other way.
 */
function inTokens(chat: ChatRequest, thinking: Thinking, { outputLimit }: ModelCall, target: Target): Fields {
  const wanted = budgetOf(thinking);
  if (wanted === undefined || hasLostThoughts(chat)) return {};
  const limit = outputLimit ?? target.defaultOutputTokens;
  const budget = Math.max(budgetMin, Math.min(wanted, limit === undefined ? wanted : Math.floor(limit / 2)));
  return limit !== undefined && budget >= limit ? {} : { thinking: { type: 'enabled', budget_tokens: budget } };
}

function hasLostThoughts({ messages }: ChatRequest): boolean {
  const last = messages.findLast(({ role }) => role === 'assistant');
  const answers = messages.at(-1);
  const goesOn = answers?.role === 'user' && answers.parts.some(({ kind }) => kind === 'tool-result');
  if (!goesOn || last?.role !== 'assistant') return false;
  return !last.parts.some((part) => part.kind === 'thought' && part.seal?.maker === 'messages');
}

function refuseBesideThinking({ temperature, topK, toolChoice }: ChatRequest): void {
  const why = 'cannot be set for this model while it thinks.';
  if (temperature !== undefined && temperature !== 1) throw new NoCounterpart('temperature', why);
  if (topK !== undefined) throw new NoCounterpart('top_k', why);
  if (toolChoice === 'required' || typeof toolChoice === 'object') throw new NoCounterpart('tool_choice', why);
}
