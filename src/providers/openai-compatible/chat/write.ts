// A conversation in our words, as a request of OpenAI's dialect.
import type {
  AssistantPart,
  AudioPart,
  ChatMessage,
  ChatRequest,
  ChatTool,
  ContentPart,
  DocumentPart,
  MediaSource,
  Structure,
  ToolChoice,
  ToolResultPart,
  Untranslatable,
  UserPart,
} from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { effortOf } from '#core/call/thinking.ts';
import { NoCounterpart, orUntranslatable } from '#core/call/untranslatable.ts';
import type { Fields } from '#core/usage/counts.ts';

/** Model and limit are set for every call that leaves. */
export function writeChat(chat: ChatRequest, call: ModelCall): string | Untranslatable {
  return orUntranslatable(() => write(chat, call));
}

function write(chat: ChatRequest, { streamed }: ModelCall): string {
  if (chat.topK !== undefined) throw new NoCounterpart('top_k');
  const system = chat.system.map(({ text }) => text).join('\n\n');
  return JSON.stringify({
    messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), ...chat.messages.flatMap(writeMessage)],
    stream: streamed ? true : undefined,
    tools: chat.tools.length === 0 ? undefined : chat.tools.map(writeTool),
    tool_choice: chat.tools.length === 0 ? undefined : chat.toolChoice && writeToolChoice(chat.toolChoice),
    parallel_tool_calls: chat.tools.length === 0 ? undefined : chat.parallelTools,
    stop: chat.stop.length === 0 ? undefined : chat.stop,
    temperature: chat.temperature,
    top_p: chat.topP,
    seed: chat.seed,
    presence_penalty: chat.presencePenalty,
    frequency_penalty: chat.frequencyPenalty,
    reasoning_effort: chat.thinking && effortOf(chat.thinking),
    verbosity: chat.verbosity,
    response_format: chat.structure && writeStructure(chat.structure),
    user: chat.user,
  });
}

function writeMessage(message: ChatMessage): readonly Fields[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: contentOf(message.parts) }];
    case 'user':
      return writeUserMessage(message.parts);
    case 'assistant':
      return [writeAssistantMessage(message.parts)];
  }
}

/** What tools answered stands in messages of its own, behind the calls; what the user says to it comes after. */
function writeUserMessage(parts: readonly UserPart[]): readonly Fields[] {
  const results = parts.filter((part) => part.kind === 'tool-result');
  const shown = results.flatMap((result) => result.parts.filter((part) => part.kind !== 'text'));
  const said = [...shown, ...parts.filter((part) => part.kind !== 'tool-result')];
  return [...results.map(writeToolResult), ...(said.length === 0 ? [] : [{ role: 'user', content: contentOf(said) }])];
}

/** The dialect shows no pictures and files in a tool's result: they come right behind it. */
function writeToolResult({ callId, parts, failed }: ToolResultPart): Fields {
  const text = parts.flatMap((part) => [part.kind === 'text' ? part.text : `[The ${part.kind} follows.]`]).join('\n');
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
    case 'image':
      return { type: 'image_url', image_url: { url: urlOf(part.source), detail: part.detail } };
    case 'document':
      return writeDocument(part);
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.source.data, format: audioFormat(part) } };
  }
}

function writeDocument({ source, name }: DocumentPart): Fields {
  if (source.kind === 'text')
    return { type: 'text', text: name === undefined ? source.text : `${name}\n\n${source.text}` };
  if (source.kind === 'url')
    throw new NoCounterpart('messages', 'has a document by its address, which is not read here.');
  return { type: 'file', file: { filename: name ?? 'document.pdf', file_data: urlOf(source) } };
}

const audioFormats: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
};

function audioFormat({ source: { mediaType } }: AudioPart): string {
  const format = audioFormats[mediaType];
  if (format === undefined)
    throw new NoCounterpart('messages', `has audio of a type (${mediaType}) that is not read here.`);
  return format;
}

function urlOf(source: MediaSource): string {
  return source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`;
}

function writeAssistantMessage(parts: readonly AssistantPart[]): Fields {
  const said = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  const calls = parts.filter((part) => part.kind === 'tool-call');
  // What its maker has sealed is for that maker alone, and is not sent on.
  const thoughts = parts.flatMap((part) => (part.kind === 'thought' && part.seal === undefined ? [part.text] : []));
  return {
    role: 'assistant',
    content: said.length === 0 && calls.length > 0 ? null : said.join(''),
    ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join('') }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, arguments: written }) => ({
            id,
            type: 'function',
            function: { name, arguments: written },
          })),
        }),
  };
}

function writeTool({ name, description, parameters, strict }: ChatTool): Fields {
  return { type: 'function', function: { name, description, parameters, strict } };
}

function writeStructure(structure: Structure): Fields {
  if (structure.kind === 'json') return { type: 'json_object' };
  const { name, schema, strict } = structure;
  return { type: 'json_schema', json_schema: { name, strict, schema } };
}

function writeToolChoice(choice: ToolChoice): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
}
