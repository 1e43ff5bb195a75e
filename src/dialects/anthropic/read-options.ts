// Everything of a request in Anthropic's dialect but its conversation, in our words.
import type { ChatRequest, ChatTool, ToolChoice } from '#core/call/chat.ts';
import { type Fields, isFields, wordOf } from '#core/usage/counts.ts';
import { Unreadable } from './unreadable.ts';

type Options = Omit<ChatRequest, 'system' | 'messages'>;

// Of no consequence for the answer: the gateway sets the first four, the others are hints to a cache or a queue.
const heeded: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'stream',
  'messages',
  'system',
  'cache_control',
  'service_tier',
  'context_management',
  'tools',
  'tool_choice',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'thinking',
  'output_config',
  'metadata',
]);

const noWord = 'has no counterpart at the provider of this model.';

/** @throws Unreadable */
export function readOptions(fields: Fields): Options {
  for (const [name, value] of Object.entries(fields)) {
    if (!heeded.has(name) && value !== null && value !== undefined) throw new Unreadable(name, noWord);
  }
  const { tool_choice: choice, metadata } = fields;
  const user = isFields(metadata) ? wordOf(metadata, 'user_id') : undefined;
  return {
    tools: listOfFields(fields, 'tools').map(readTool),
    ...(isFields(choice) ? readToolChoice(choice) : {}),
    stop: stopsOf(fields['stop_sequences']),
    ...withNumber('temperature', fields['temperature'], 'temperature'),
    ...withNumber('topP', fields['top_p'], 'top_p'),
    ...withNumber('topK', fields['top_k'], 'top_k'),
    ...readEffort(fields),
    ...readStructure(fields),
    ...(user === undefined ? {} : { user }),
  };
}

const heededOfTools: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
  'eager_input_streaming',
]);

function readTool(tool: Fields, index: number): ChatTool {
  const unheeded = Object.keys(tool).find((field) => !heededOfTools.has(field) && Boolean(tool[field]));
  if (unheeded !== undefined) throw new Unreadable(`tools.${index}.${unheeded}`, noWord);
  const { type, name, description, input_schema: schema, strict } = tool;
  if (type !== undefined && type !== null && type !== 'custom') throw new Unreadable(`tools.${index}.type`, noWord);
  if (typeof name !== 'string') throw new Unreadable(`tools.${index}.name`, 'must be a text.');
  return {
    name,
    parameters: isFields(schema) ? schema : {},
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof strict === 'boolean' ? { strict } : {}),
  };
}

function readToolChoice(choice: Fields): Pick<Options, 'toolChoice' | 'parallelTools'> {
  const one = choice['disable_parallel_tool_use'] === true ? { parallelTools: false } : {};
  return { toolChoice: toolChoiceOf(choice), ...one };
}

function toolChoiceOf({ type, name }: Fields): ToolChoice {
  if (type === 'auto' || type === 'none') return type;
  if (type === 'any') return 'required';
  if (type === 'tool' && typeof name === 'string') return { name };
  throw new Unreadable('tool_choice', noWord);
}

function stopsOf(stops: unknown): readonly string[] {
  if (stops === undefined || stops === null) return [];
  if (Array.isArray(stops) && stops.every((stop) => typeof stop === 'string')) return stops;
  throw new Unreadable('stop_sequences', 'must be a list of texts.');
}

// Below the first a thought is short; these are the budgets that the effort's words are usually given.
const lowBudget = 2_048;
const mediumBudget = 12_288;

/** Others are told how hard to think in a word, never in tokens. */
function readEffort({ thinking, output_config: config }: Fields): Pick<Options, 'effort'> {
  const effort = isFields(config) ? config['effort'] : undefined;
  if (effort === 'low' || effort === 'medium' || effort === 'high' || effort === 'xhigh') return { effort };
  if (effort !== undefined && effort !== null) throw new Unreadable('output_config.effort', noWord);
  if (!isFields(thinking) || thinking['type'] !== 'enabled') return {};
  const budget = thinking['budget_tokens'];
  if (typeof budget !== 'number') throw new Unreadable('thinking.budget_tokens', 'must be a number.');
  return { effort: budget <= lowBudget ? 'low' : budget <= mediumBudget ? 'medium' : 'high' };
}

function readStructure({ output_config: config }: Fields): Pick<Options, 'structure'> {
  const format = isFields(config) ? config['format'] : undefined;
  if (format === undefined || format === null) return {};
  const schema = isFields(format) && format['type'] === 'json_schema' ? format['schema'] : undefined;
  if (!isFields(schema)) throw new Unreadable('output_config.format', noWord);
  return { structure: { name: 'answer', schema } };
}

function withNumber<Name extends string>(
  name: Name,
  value: unknown,
  param: string,
): { readonly [key in Name]?: number } {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'number') throw new Unreadable(param, 'must be a number.');
  return { [name]: value } as { readonly [key in Name]?: number };
}

function listOfFields(fields: Fields, name: string): readonly Fields[] {
  const list = fields[name];
  if (list === undefined || list === null) return [];
  if (Array.isArray(list) && list.every(isFields)) return list;
  throw new Unreadable(name, 'must be a list of objects.');
}
