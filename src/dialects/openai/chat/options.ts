// Everything of a chat request in OpenAI's dialect but its conversation, in our words.
import type { ChatRequest, ChatTool, ToolChoice } from '#core/call/chat.ts';
import { type Fields, isFields, partOf, wordOf } from '#core/usage/counts.ts';
import { Unreadable } from './unreadable.ts';

type Options = Omit<ChatRequest, 'system' | 'messages'>;

// The gateway sets the first six; the service tier is a hint to a queue.
const heeded: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'max_tokens',
  'max_completion_tokens',
  'stream',
  'stream_options',
  'service_tier',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'stop',
  'temperature',
  'top_p',
  'reasoning_effort',
  'response_format',
  'user',
]);

/** @throws Unreadable */
export function readOptions(fields: Fields): Options {
  for (const [name, value] of Object.entries(fields)) {
    if (!heeded.has(name) && !isDefault(name, value)) throw new Unreadable(name);
  }
  const { tool_choice: choice, parallel_tool_calls: parallel, temperature, top_p: topP } = fields;
  const user = wordOf(fields, 'user');
  return {
    tools: listAt(fields['tools'], 'tools').map(readTool),
    ...(isSaid(choice) ? { toolChoice: toolChoiceOf(choice) } : {}),
    ...(typeof parallel === 'boolean' ? { parallelTools: parallel } : {}),
    stop: stopsOf(fields['stop']),
    ...(isSaid(temperature) ? { temperature: numberOf(temperature, 'temperature') } : {}),
    ...(isSaid(topP) ? { topP: numberOf(topP, 'top_p') } : {}),
    ...readEffort(fields),
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
  if (!called) throw new Unreadable(`tools.${index}.type`);
  const { name, description, parameters, strict } = called;
  if (typeof name !== 'string') throw new Unreadable(`tools.${index}.function.name`, 'must be a text.');
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
  if (name === undefined) throw new Unreadable('tool_choice');
  return { name };
}

function stopsOf(stop: unknown): readonly string[] {
  if (!isSaid(stop)) return [];
  if (typeof stop === 'string') return [stop];
  if (Array.isArray(stop) && stop.every((each) => typeof each === 'string')) return stop;
  throw new Unreadable('stop', 'must be a text or a list of texts.');
}

function readEffort({ reasoning_effort: effort }: Fields): Pick<Options, 'effort'> {
  if (!isSaid(effort) || effort === 'none') return {};
  if (effort === 'low' || effort === 'medium' || effort === 'high' || effort === 'xhigh') return { effort };
  throw new Unreadable('reasoning_effort');
}

function readStructure({ response_format: format }: Fields): Pick<Options, 'structure'> {
  if (!isSaid(format) || (isFields(format) && format['type'] === 'text')) return {};
  const wanted = isFields(format) && format['type'] === 'json_schema' ? partOf(format, 'json_schema') : {};
  const { schema } = wanted;
  if (!isFields(schema)) throw new Unreadable('response_format');
  return { structure: { name: wordOf(wanted, 'name') ?? 'answer', schema } };
}

function numberOf(value: unknown, name: string): number {
  if (typeof value !== 'number') throw new Unreadable(name, 'must be a number.');
  return value;
}

function listAt(value: unknown, name: string): readonly unknown[] {
  if (!isSaid(value)) return [];
  if (!Array.isArray(value)) throw new Unreadable(name, 'must be a list.');
  return value;
}
