// Everything of a request for a response but its conversation, in our words.
import type { ChatRequest, ChatTool, ToolChoice } from '#core/call/chat.ts';
import { isEffort, type Thinking } from '#core/call/thinking.ts';
import { NoCounterpart } from '#core/call/untranslatable.ts';
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { isSaid } from '../checks.ts';
import { numberAt, refuseTier, schemaOf, verbosityOf } from '../chat/options.ts';

type Options = Omit<ChatRequest, 'system' | 'messages'>;

// The gateway sets the first three. What a cache, a log or the hosted tools that are not there are told has no meaning for
// the answer; metadata are told back.
const heeded: ReadonlySet<string> = new Set([
  'model',
  'max_output_tokens',
  'stream',
  'stream_options',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'temperature',
  'top_p',
  'reasoning',
  'text',
  'include',
  'store',
  'truncation',
  'service_tier',
  'metadata',
  'client_metadata',
  'max_tool_calls',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
  'user',
  'safety_identifier',
]);

/** @throws NoCounterpart */
export function readOptions(fields: Fields): Options {
  for (const [name, value] of Object.entries(fields)) {
    if (!heeded.has(name) && isSaid(value) && value !== false && value !== 0) throw new NoCounterpart(name);
  }
  refuseTier(fields);
  refuseKeeping(fields);
  const { tool_choice: choice, parallel_tool_calls: parallel } = fields;
  const text = partOf(fields, 'text');
  const user = wordOf(fields, 'user') ?? wordOf(fields, 'safety_identifier');
  return {
    tools: listOf(fields['tools']).map(readTool),
    ...(isSaid(choice) ? { toolChoice: toolChoiceOf(choice) } : {}),
    ...(typeof parallel === 'boolean' ? { parallelTools: parallel } : {}),
    stop: [],
    ...numberAt(fields, 'temperature', 'temperature'),
    ...numberAt(fields, 'top_p', 'topP'),
    ...readThinking(partOf(fields, 'reasoning')),
    ...verbosityOf(text['verbosity'], 'text.verbosity'),
    ...readStructure(text['format']),
    ...(user === undefined ? {} : { user }),
  };
}

/** Nothing is kept here, and nobody here shortens what is too long. */
function refuseKeeping({ store, truncation, include }: Fields): void {
  if (store === true) throw new NoCounterpart('store');
  if (isSaid(truncation) && truncation !== 'disabled') throw new NoCounterpart('truncation');
  const asked = Array.isArray(include) ? include : [];
  if (asked.some((each) => each !== 'reasoning.encrypted_content')) throw new NoCounterpart('include');
}

/** What stands in the one argument of a tool that takes plain text. */
const plainInput: Fields = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
};

function readTool(tool: Fields, index: number): ChatTool {
  const at = `tools.${index}`;
  const { type, name, parameters, strict } = tool;
  if (type !== 'function' && type !== 'custom') throw new NoCounterpart(`${at}.type`);
  if (typeof name !== 'string') throw new NoCounterpart(`${at}.name`, 'must be a text.');
  const described = wordOf(tool, 'description');
  const description = described === undefined ? {} : { description: described };
  if (type === 'function') {
    const schema = isFields(parameters) ? parameters : {};
    return { name, parameters: schema, ...description, ...(typeof strict === 'boolean' ? { strict } : {}) };
  }
  const format = partOf(tool, 'format');
  if ('type' in format && format['type'] !== 'text') throw new NoCounterpart(`${at}.format`);
  return { name, parameters: plainInput, ...description };
}

function toolChoiceOf(choice: unknown): ToolChoice {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  const isTool = isFields(choice) && (choice['type'] === 'function' || choice['type'] === 'custom');
  const name = isTool ? wordOf(choice, 'name') : undefined;
  if (name === undefined) throw new NoCounterpart('tool_choice');
  return { name };
}

function readThinking(reasoning: Fields): Pick<Options, 'thinking'> {
  const { effort, summary, generate_summary: former, ...others } = reasoning;
  const other = Object.keys(others).find((name) => isSaid(others[name]));
  if (other !== undefined) throw new NoCounterpart(`reasoning.${other}`);
  if (isSaid(effort) && !isEffort(effort)) throw new NoCounterpart('reasoning.effort');
  const shown = isSaid(summary) || isSaid(former);
  const thinking: Thinking = { ...(isEffort(effort) ? { effort } : {}), ...(shown ? { shown } : {}) };
  return Object.keys(thinking).length === 0 ? {} : { thinking };
}

function readStructure(format: unknown): Pick<Options, 'structure'> {
  if (!isSaid(format) || (isFields(format) && format['type'] === 'text')) return {};
  if (isFields(format) && format['type'] === 'json_object') return { structure: { kind: 'json' } };
  const schema = isFields(format) && format['type'] === 'json_schema' ? format['schema'] : undefined;
  if (!isFields(format) || !isFields(schema)) throw new NoCounterpart('text.format');
  return { structure: schemaOf(format, schema) };
}
