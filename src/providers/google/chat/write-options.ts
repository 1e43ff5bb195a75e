// Everything of a chat in our words but its conversation, as Gemini's dialect has it.
import type { ChatRequest, ChatTool, Structure, ToolChoice } from '#core/call/chat.ts';
import { budgetOf, effortOf, type Thinking } from '#core/call/thinking.ts';
import { NoCounterpart } from '#core/call/untranslatable.ts';
import type { Target } from '#core/catalog/catalog.ts';
import type { Fields } from '#core/usage/counts.ts';

/** Who asks is told to nobody: there is no field for it. */
export function writeOptions(chat: ChatRequest, target: Target): Fields {
  if (chat.parallelTools === false && chat.tools.length > 0) throw new NoCounterpart('parallel_tool_calls');
  if (chat.verbosity !== undefined && chat.verbosity !== 'medium') throw new NoCounterpart('verbosity');
  const config = {
    temperature: chat.temperature,
    topP: chat.topP,
    topK: chat.topK,
    seed: chat.seed,
    presencePenalty: chat.presencePenalty,
    frequencyPenalty: chat.frequencyPenalty,
    stopSequences: chat.stop.length === 0 ? undefined : chat.stop,
    thinkingConfig: chat.thinking && writeThinking(chat.thinking, target),
    ...(chat.structure ? writeStructure(chat.structure) : {}),
  };
  const isSaid = Object.values(config).some((value) => value !== undefined);
  if (chat.tools.length === 0) return { generationConfig: isSaid ? config : undefined };
  return {
    generationConfig: isSaid ? config : undefined,
    tools: [{ functionDeclarations: chat.tools.map(writeTool) }],
    toolConfig: writeToolChoice(chat),
  };
}

function writeTool({ name, description, parameters }: ChatTool): Fields {
  return { name, description, parametersJsonSchema: { type: 'object', ...parameters } };
}

/** Arguments keep to their schema where a tool must be called, and where that is asked for. */
function writeToolChoice({ toolChoice, tools }: ChatRequest): Fields | undefined {
  const isStrict = tools.some(({ strict }) => strict === true);
  const calling = callingConfig(toolChoice ?? 'auto', isStrict);
  return calling === undefined || (toolChoice === undefined && !isStrict)
    ? undefined
    : { functionCallingConfig: calling };
}

function callingConfig(choice: ToolChoice, isStrict: boolean): Fields {
  if (typeof choice === 'object') return { mode: 'ANY', allowedFunctionNames: [choice.name] };
  if (choice === 'none') return { mode: 'NONE' };
  return { mode: choice === 'required' ? 'ANY' : isStrict ? 'VALIDATED' : 'AUTO' };
}

function writeStructure(structure: Structure): Fields {
  const responseMimeType = 'application/json';
  return structure.kind === 'json' ? { responseMimeType } : { responseMimeType, responseJsonSchema: structure.schema };
}

/** The second generation is told in tokens, later ones in a word. All of it counts within the limit of the output. */
function writeThinking(thinking: Thinking, { model }: Target): Fields {
  const includeThoughts = thinking.shown ?? effortOf(thinking) !== 'none';
  if (/gemini-[12][.-]/.test(model)) return { thinkingBudget: tokensOf(thinking), includeThoughts };
  const effort = effortOf(thinking);
  return { thinkingLevel: effort === undefined ? undefined : levels[effort], includeThoughts };
}

// The most that every model of the second generation takes.
const budgetMax = 24_576;

/** A caller's own figure stays what it is; a word means no more than there is. */
function tokensOf(thinking: Thinking): number | undefined {
  const budget = budgetOf(thinking);
  return thinking.budget ?? (budget === undefined ? undefined : Math.min(budget, budgetMax));
}

const levels = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
  max: 'HIGH',
} as const;
