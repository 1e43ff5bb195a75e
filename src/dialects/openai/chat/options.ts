// Everything of a chat request in OpenAI's dialect but its conversation, in our words.
import type { ChatRequest, ChatTool, Structure, ToolChoice } from '#core/call/chat.ts';
import { isEffort } from '#core/call/thinking.ts';
import { NoCounterpart } from '#core/call/untranslatable.ts';
import { type Fields, isFields, partOf, wordOf } from '#core/usage/counts.ts';

type Options = Omit<ChatRequest, 'system' | 'messages'>;

// The gateway sets the first six. What a cache is told has no meaning for the answer.
const heeded: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'max_tokens',
  'max_completion_tokens',
  'stream',
  'stream_options',
  'prompt_cache_key',
  'prompt_cache_retention',
  'service_tier',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'stop',
  'temperature',
  'top_p',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'reasoning_effort',
  'verbosity',
  'response_format',
  'user',
  'safety_identifier',
]);

/** @throws NoCounterpart */
export function readOptions(fields: Fields): Options {
  for (const [name, value] of Object.entries(fields)) {
    if (!heeded.has(name) && !isDefault(name, value)) throw new NoCounterpart(name);
  }
  refuseTier(fields);
  const { tool_choice: choice, parallel_tool_calls: parallel } = fields;
  const user = wordOf(fields, 'user') ?? wordOf(fields, 'safety_identifier');
  return {
    tools: listAt(fields['tools'], 'tools').map(readTool),
    ...(isSaid(choice) ? { toolChoice: toolChoiceOf(choice) } : {}),
    ...(typeof parallel === 'boolean' ? { parallelTools: parallel } : {}),
    stop: stopsOf(fields['stop']),
    ...numberAt(fields, 'temperature', 'temperature'),
    ...numberAt(fields, 'top_p', 'topP'),
    ...numberAt(fields, 'seed', 'seed'),
    ...numberAt(fields, 'presence_penalty', 'presencePenalty'),
    ...numberAt(fields, 'frequency_penalty', 'frequencyPenalty'),
    ...readEffort(fields),
    ...verbosityOf(fields['verbosity'], 'verbosity'),
    ...readStructure(fields),
    ...(user === undefined ? {} : { user }),
  };
}

/** What many clients send though it changes nothing. */
function isDefault(name: string, value: unknown): boolean {
  return !isSaid(value) || value === false || value === 0 || (name === 'n' && value === 1);
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function readTool(tool: unknown, index: number): ChatTool {
  const called = isFields(tool) && tool['type'] === 'function' ? partOf(tool, 'function') : undefined;
  if (!called) throw new NoCounterpart(`tools.${index}.type`);
  const { name, description, parameters, strict } = called;
  if (typeof name !== 'string') throw new NoCounterpart(`tools.${index}.function.name`, 'must be a text.');
  return {
    name,
    parameters: isFields(parameters) ? parameters : {},
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof strict === 'boolean' ? { strict } : {}),
  };
}

function toolChoiceOf(choice: unknown): ToolChoice {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  const name =
    isFields(choice) && choice['type'] === 'function' ? wordOf(partOf(choice, 'function'), 'name') : undefined;
  if (name === undefined) throw new NoCounterpart('tool_choice');
  return { name };
}

function stopsOf(stop: unknown): readonly string[] {
  if (!isSaid(stop)) return [];
  if (typeof stop === 'string') return [stop];
  if (Array.isArray(stop) && stop.every((each) => typeof each === 'string')) return stop;
  throw new NoCounterpart('stop', 'must be a text or a list of texts.');
}

function readEffort({ reasoning_effort: effort }: Fields): Pick<Options, 'thinking'> {
  if (!isSaid(effort)) return {};
  if (!isEffort(effort)) throw new NoCounterpart('reasoning_effort');
  return { thinking: { effort } };
}

function readStructure({ response_format: format }: Fields): Pick<Options, 'structure'> {
  if (!isSaid(format) || (isFields(format) && format['type'] === 'text')) return {};
  if (isFields(format) && format['type'] === 'json_object') return { structure: { kind: 'json' } };
  const wanted = isFields(format) && format['type'] === 'json_schema' ? partOf(format, 'json_schema') : {};
  if (!isFields(wanted['schema'])) throw new NoCounterpart('response_format');
  return { structure: schemaOf(wanted, wanted['schema']) };
}

export function schemaOf(wanted: Fields, schema: Fields): Structure {
  const { strict } = wanted;
  const name = wordOf(wanted, 'name') ?? 'answer';
  return { kind: 'schema', name, schema, ...(typeof strict === 'boolean' ? { strict } : {}) };
}

export function verbosityOf(verbosity: unknown, param: string): Pick<Options, 'verbosity'> {
  if (!isSaid(verbosity)) return {};
  if (verbosity === 'low' || verbosity === 'medium' || verbosity === 'high') return { verbosity };
  throw new NoCounterpart(param);
}

/** Dearer tiers and cheaper ones are their maker's own. */
export function refuseTier({ service_tier: tier }: Fields): void {
  if (isSaid(tier) && tier !== 'auto' && tier !== 'default') throw new NoCounterpart('service_tier');
}

type NumberName = 'temperature' | 'topP' | 'seed' | 'presencePenalty' | 'frequencyPenalty';

export function numberAt(fields: Fields, param: string, name: NumberName): Partial<Pick<Options, NumberName>> {
  const value = fields[param];
  if (!isSaid(value)) return {};
  if (typeof value !== 'number') throw new NoCounterpart(param, 'must be a number.');
  return { [name]: value };
}

function listAt(value: unknown, name: string): readonly unknown[] {
  if (!isSaid(value)) return [];
  if (!Array.isArray(value)) throw new NoCounterpart(name, 'must be a list.');
  return value;
}
