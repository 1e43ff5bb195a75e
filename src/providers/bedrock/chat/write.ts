// A conversation in our words, as a request of Converse.
import type { ChatRequest, ChatTool, Structure, ToolChoice, Untranslatable } from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { NoCounterpart, orUntranslatable } from '#core/call/untranslatable.ts';
import type { Target } from '#core/catalog/catalog.ts';
import type { Fields } from '#core/usage/counts.ts';
import { writeMessages, writeSystem } from './write-messages.ts';
import { writeOwnFields } from './write-own-fields.ts';

// The limit that is held for is known only when it leaves, and is written into what stands first in the body.
const unlimited = '{"inferenceConfig":{"maxTokens":0';

export function withLimit(body: string, limit: number | undefined): string {
  if (limit === undefined || !body.startsWith(unlimited)) return body;
  return `${unlimited.slice(0, -1)}${limit}${body.slice(unlimited.length)}`;
}

export function writeConverse(chat: ChatRequest, call: ModelCall, target: Target): string | Untranslatable {
  return orUntranslatable(() => write(chat, call, target));
}

function write(chat: ChatRequest, call: ModelCall, target: Target): string {
  refuseUnknown(chat);
  const { temperature, topP, stop, structure } = chat;
  return JSON.stringify({
    inferenceConfig: { maxTokens: 0, temperature, topP, stopSequences: stop.length === 0 ? undefined : stop },
    system: chat.system.length === 0 ? undefined : writeSystem(chat.system),
    messages: writeMessages(chat.messages),
    toolConfig: writeTools(chat),
    outputConfig: structure && writeStructure(structure),
    additionalModelRequestFields: writeOwnFields(chat, call, target),
    requestMetadata: chat.user === undefined ? undefined : { user: userIn(chat.user) },
  });
}

/** A penalty of nothing is none. */
function refuseUnknown({
  seed,
  presencePenalty,
  frequencyPenalty,
  verbosity,
  parallelTools,
  tools,
}: ChatRequest): void {
  if (seed !== undefined) throw new NoCounterpart('seed');
  if (presencePenalty) throw new NoCounterpart('presence_penalty');
  if (frequencyPenalty) throw new NoCounterpart('frequency_penalty');
  if (verbosity !== undefined && verbosity !== 'medium') throw new NoCounterpart('verbosity');
  if (parallelTools === false && tools.length > 0) throw new NoCounterpart('parallel_tool_calls');
}

/** What the log of calls may hold. */
function userIn(user: string): string {
  if (/^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/.test(user)) return user;
  throw new NoCounterpart('user', 'has characters that this provider does not take.');
}

function writeTools({ tools, toolChoice, messages }: ChatRequest): Fields | undefined {
  if (tools.length === 0) return undefined;
  if (toolChoice === 'none') {
    const used = messages.some(({ parts }) => parts.some(({ kind }) => kind === 'tool-call' || kind === 'tool-result'));
    if (used) throw new NoCounterpart('tool_choice');
    return undefined;
  }
  return { tools: tools.flatMap(writeTool), toolChoice: toolChoice && writeToolChoice(toolChoice) };
}

function writeTool({ name, description, parameters, strict, cache }: ChatTool): readonly Fields[] {
  const json = { type: 'object', ...parameters };
  const toolSpec = { name, description: description || undefined, inputSchema: { json }, strict };
  return [{ toolSpec }, ...(cache === undefined ? [] : [{ cachePoint: { type: 'default' } }])];
}

function writeToolChoice(choice: Exclude<ToolChoice, 'none'>): Fields {
  if (typeof choice === 'object') return { tool: { name: choice.name } };
  return choice === 'required' ? { any: {} } : { auto: {} };
}

function writeStructure(structure: Structure): Fields {
  if (structure.kind === 'json') throw new NoCounterpart('response_format', 'needs a schema for this model.');
  const jsonSchema = { name: structure.name, schema: JSON.stringify(structure.schema) };
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}
