// Everything of a request in Anthropic's dialect but its conversation, in our words.
import type { ChatRequest, ChatTool, ToolChoice } from '#core/call/chat.ts';
import { isEffort, type Thinking } from '#core/call/thinking.ts';
import { NoCounterpart } from '#core/call/untranslatable.ts';
import { type Fields, isFields, listOf, wordOf } from '#core/usage/counts.ts';
import { cacheHintOf } from './cache-hint.ts';

type Options = Omit<ChatRequest, 'system' | 'messages'>;

// The gateway sets the first three. A hint for the whole prompt's cache has no meaning for the answer, and every tier that
// this dialect can ask for is one that others serve at their only price.
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

/** @throws NoCounterpart */
export function readOptions(fields: Fields): Options {
  for (const [name, value] of Object.entries(fields)) {
    if (!heeded.has(name) && value !== null && value !== undefined) throw new NoCounterpart(name);
  }
  refuseEdits(fields['context_management']);
  const { tool_choice: choice, metadata } = fields;
  const user = isFields(metadata) ? wordOf(metadata, 'user_id') : undefined;
  return {
    tools: listOfFields(fields, 'tools').map(readTool),
    ...(isFields(choice) ? readToolChoice(choice) : {}),
    stop: stopsOf(fields['stop_sequences']),
    ...withNumber('temperature', fields['temperature'], 'temperature'),
    ...withNumber('topP', fields['top_p'], 'top_p'),
    ...withNumber('topK', fields['top_k'], 'top_k'),
    ...readThinking(fields),
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
  if (unheeded !== undefined) throw new NoCounterpart(`tools.${index}.${unheeded}`);
  const { type, name, description, input_schema: schema, strict } = tool;
  if (type !== undefined && type !== null && type !== 'custom') throw new NoCounterpart(`tools.${index}.type`);
  if (typeof name !== 'string') throw new NoCounterpart(`tools.${index}.name`, 'must be a text.');
  return {
    name,
    parameters: isFields(schema) ? schema : {},
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof strict === 'boolean' ? { strict } : {}),
    ...cacheHintOf(tool, `tools.${index}`),
  };
}

/** Thoughts of this dialect's models are sent to no other one: to clear them, or to keep them, is done already. */
function refuseEdits(management: unknown): void {
  if (!isFields(management)) return;
  for (const [index, edit] of listOf(management['edits']).entries()) {
    if (wordOf(edit, 'type')?.startsWith('clear_thinking') !== true)
      throw new NoCounterpart(`context_management.edits.${index}.type`);
  }
}

function readToolChoice(choice: Fields): Pick<Options, 'toolChoice' | 'parallelTools'> {
  const one = choice['disable_parallel_tool_use'] === true ? { parallelTools: false } : {};
  return { toolChoice: toolChoiceOf(choice), ...one };
}

function toolChoiceOf({ type, name }: Fields): ToolChoice {
  if (type === 'auto' || type === 'none') return type;
  if (type === 'any') return 'required';
  if (type === 'tool' && typeof name === 'string') return { name };
  throw new NoCounterpart('tool_choice');
}

function stopsOf(stops: unknown): readonly string[] {
  if (stops === undefined || stops === null) return [];
  if (Array.isArray(stops) && stops.every((stop) => typeof stop === 'string')) return stops;
  throw new NoCounterpart('stop_sequences', 'must be a list of texts.');
}

function readThinking({ thinking, output_config: config }: Fields): Pick<Options, 'thinking'> {
  const effort = isFields(config) ? config['effort'] : undefined;
  const isSaid = effort !== undefined && effort !== null;
  if (isSaid && !isEffort(effort)) throw new NoCounterpart('output_config.effort');
  const wanted: Thinking = {
    ...(isEffort(effort) ? { effort } : {}),
    ...(isFields(thinking) ? readMode(thinking) : {}),
  };
  return Object.keys(wanted).length === 0 ? {} : { thinking: wanted };
}

function readMode({ type, budget_tokens: budget, display }: Fields): Thinking {
  const shown = display === undefined || display === null ? {} : { shown: display !== 'omitted' };
  // As if nothing had been said, which is what it means in this dialect; many models of others cannot be told it.
  if (type === 'disabled') return {};
  if (type === 'adaptive') return shown;
  if (type !== 'enabled') throw new NoCounterpart('thinking.type');
  if (typeof budget !== 'number') throw new NoCounterpart('thinking.budget_tokens', 'must be a number.');
  return { budget, ...shown };
}

function readStructure({ output_config: config }: Fields): Pick<Options, 'structure'> {
  const format = isFields(config) ? config['format'] : undefined;
  if (format === undefined || format === null) return {};
  const schema = isFields(format) && format['type'] === 'json_schema' ? format['schema'] : undefined;
  if (!isFields(schema)) throw new NoCounterpart('output_config.format');
  return { structure: { kind: 'schema', name: 'answer', schema, strict: true } };
}

function withNumber<Name extends string>(
  name: Name,
  value: unknown,
  param: string,
): { readonly [key in Name]?: number } {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'number') throw new NoCounterpart(param, 'must be a number.');
  return { [name]: value } as { readonly [key in Name]?: number };
}

function listOfFields(fields: Fields, name: string): readonly Fields[] {
  const list = fields[name];
  if (list === undefined || list === null) return [];
  if (Array.isArray(list) && list.every(isFields)) return list;
  throw new NoCounterpart(name, 'must be a list of objects.');
}
