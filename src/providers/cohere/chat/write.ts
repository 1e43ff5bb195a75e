// A conversation in our words, as a request of Cohere's chat.
import type {
  AssistantPart,
  ChatMessage,
  ChatRequest,
  ChatTool,
  ContentPart,
  Structure,
  ToolChoice,
  ToolResultPart,
  Untranslatable,
  UserPart,
} from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { budgetOf, effortOf, type Thinking } from '#core/call/thinking.ts';
import { NoCounterpart, orUntranslatable } from '#core/call/untranslatable.ts';
import type { Fields } from '#core/usage/counts.ts';

/** Model and limit are set for every call that leaves. */
export function writeChat(chat: ChatRequest, call: ModelCall): string | Untranslatable {
  return orUntranslatable(() => write(chat, call));
}

function write(chat: ChatRequest, { streamed }: ModelCall): string {
  refuseUnknown(chat);
  const { tools } = chat;
  const system = chat.system.map(({ text }) => text).join('\n\n');
  return JSON.stringify({
    messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), ...chat.messages.flatMap(writeMessage)],
    stream: streamed ? true : undefined,
    tools: tools.length === 0 ? undefined : tools.map(writeTool),
    strict_tools: tools.some(({ strict }) => strict === true) ? true : undefined,
    tool_choice: tools.length === 0 ? undefined : chat.toolChoice && writeToolChoice(chat.toolChoice),
    stop_sequences: chat.stop.length === 0 ? undefined : chat.stop,
    temperature: chat.temperature,
    p: chat.topP,
    k: chat.topK,
    seed: chat.seed,
    presence_penalty: chat.presencePenalty,
    frequency_penalty: chat.frequencyPenalty,
    thinking: chat.thinking && writeThinking(chat.thinking),
    response_format: chat.structure && writeStructure(chat.structure),
  });
}

function refuseUnknown({ user, verbosity, parallelTools, tools }: ChatRequest): void {
  if (user !== undefined) throw new NoCounterpart('user');
  if (verbosity !== undefined && verbosity !== 'medium') throw new NoCounterpart('verbosity');
  if (parallelTools === false && tools.length > 0) throw new NoCounterpart('parallel_tool_calls');
}

function writeThinking(thinking: Thinking): Fields | undefined {
  const effort = effortOf(thinking);
  if (effort === undefined) return undefined;
  return effort === 'none' ? { type: 'disabled' } : { type: 'enabled', token_budget: budgetOf(thinking) };
}

function writeMessage({ role, parts }: ChatMessage): readonly Fields[] {
  switch (role) {
    case 'system':
      return [{ role, content: parts.map(({ text }) => text).join('\n\n') }];
    case 'user':
      return writeUserMessage(parts);
    case 'assistant':
      return [writeAssistantMessage(parts)];
  }
}

/** What tools answered stands in messages of its own, behind the calls; what the user says to it comes after. */
function writeUserMessage(parts: readonly UserPart[]): readonly Fields[] {
  const results = parts.filter((part) => part.kind === 'tool-result');
  const said = parts.filter((part) => part.kind !== 'tool-result');
  return [...results.map(writeToolResult), ...(said.length === 0 ? [] : [{ role: 'user', content: contentOf(said) }])];
}

function writeToolResult({ callId, parts, failed }: ToolResultPart): Fields {
  const texts = parts.map((part) => {
    if (part.kind !== 'text') throw new NoCounterpart('messages', `has a tool's result with ${part.kind} in it.`);
    return part.text;
  });
  const text = texts.join('\n');
  return { role: 'tool', tool_call_id: callId, content: failed ? `Error: ${text}` : text };
}

function contentOf(parts: readonly ContentPart[]): string | readonly Fields[] {
  const [only, ...more] = parts;
  if (only?.kind === 'text' && more.length === 0) return only.text;
  return parts.map(writePart);
}

function writePart(part: ContentPart): Fields {
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image': {
      const { source, detail } = part;
      const url = source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`;
      return { type: 'image_url', image_url: { url, detail } };
    }
    case 'document':
      if (part.source.kind === 'text') return { type: 'text', text: part.source.text };
      throw new NoCounterpart('messages', 'has a file, which is not read by this model.');
    case 'audio':
      throw new NoCounterpart('messages', 'holds audio, which this model does not hear.');
  }
}

function writeAssistantMessage(parts: readonly AssistantPart[]): Fields {
  const said = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  const calls = parts.filter((part) => part.kind === 'tool-call');
  // What its maker has sealed is for that maker alone, and is not sent on.
  const thoughts = parts.flatMap((part) => (part.kind === 'thought' && part.seal === undefined ? [part.text] : []));
  const thought = thoughts.join('');
  if (calls.length > 0) {
    return {
      role: 'assistant',
      content: said.length === 0 ? undefined : said.join(''),
      tool_plan: thought === '' ? undefined : thought,
      tool_calls: calls.map(({ id, name, arguments: written }) => ({
        id,
        type: 'function',
        function: { name, arguments: written },
      })),
    };
  }
  if (thought === '') return { role: 'assistant', content: said.join('') };
  return {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: thought },
      { type: 'text', text: said.join('') },
    ],
  };
}

function writeTool({ name, description, parameters }: ChatTool): Fields {
  return { type: 'function', function: { name, description, parameters } };
}

/** One tool cannot be named. */
function writeToolChoice(choice: ToolChoice): string | undefined {
  if (typeof choice === 'object') throw new NoCounterpart('tool_choice');
  if (choice === 'auto') return undefined;
  return choice === 'required' ? 'REQUIRED' : 'NONE';
}

function writeStructure(structure: Structure): Fields {
  return { type: 'json_object', ...(structure.kind === 'schema' ? { json_schema: structure.schema } : {}) };
}
