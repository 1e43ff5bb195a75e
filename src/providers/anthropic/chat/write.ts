// A conversation in our words, as a request of Anthropic's dialect.
import type {
  AssistantPart,
  CacheHint,
  ChatMessage,
  ChatRequest,
  ChatTool,
  DocumentPart,
  ImagePart,
  MediaSource,
  TextPart,
  ThoughtPart,
  ToolChoice,
  Untranslatable,
  UserPart,
} from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { toolArguments } from '#core/call/tool-arguments.ts';
import { NoCounterpart, orUntranslatable } from '#core/call/untranslatable.ts';
import type { Target } from '#core/catalog/catalog.ts';
import type { Fields } from '#core/usage/counts.ts';
import { writeThinking } from './write-thinking.ts';

/** Model and limit are set for every call that leaves. */
export function writeMessages(chat: ChatRequest, call: ModelCall, target: Target): string | Untranslatable {
  return orUntranslatable(() => write(chat, call, target));
}

function write(chat: ChatRequest, call: ModelCall, target: Target): string {
  refuseUnknown(chat);
  const { thinking, effort } = writeThinking(chat, call, target);
  const format = chat.structure?.kind === 'schema' ? { type: 'json_schema', schema: chat.structure.schema } : undefined;
  return JSON.stringify({
    system: chat.system.length === 0 ? undefined : chat.system.map(writeText),
    messages: joined(chat.messages).map(writeMessage),
    stream: call.streamed ? true : undefined,
    tools: chat.tools.length === 0 ? undefined : chat.tools.map(writeTool),
    tool_choice: chat.tools.length === 0 ? undefined : writeToolChoice(chat.toolChoice, chat.parallelTools),
    stop_sequences: chat.stop.length === 0 ? undefined : chat.stop,
    temperature: chat.temperature,
    top_p: chat.topP,
    top_k: chat.topK,
    thinking,
    output_config: format === undefined && effort === undefined ? undefined : { effort, format },
    metadata: chat.user === undefined ? undefined : { user_id: chat.user },
  });
}

/** A penalty of nothing is none. */
function refuseUnknown({ seed, presencePenalty, frequencyPenalty, verbosity, structure }: ChatRequest): void {
  if (seed !== undefined) throw new NoCounterpart('seed');
  if (presencePenalty) throw new NoCounterpart('presence_penalty');
  if (frequencyPenalty) throw new NoCounterpart('frequency_penalty');
  if (verbosity !== undefined && verbosity !== 'medium') throw new NoCounterpart('verbosity');
  if (structure?.kind === 'json') throw new NoCounterpart('response_format', 'needs a schema for this model.');
}

/** Everything that tools answered to one turn must stand in one message here. */
function joined(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const all: ChatMessage[] = [];
  for (const message of messages) {
    const last = all.at(-1);
    if (last?.role === 'user' && message.role === 'user') {
      all[all.length - 1] = { role: 'user', parts: [...last.parts, ...message.parts] };
    } else all.push(message);
  }
  return all;
}

function writeMessage({ role, parts }: ChatMessage): Fields {
  return { role, content: parts.map(writePart).filter((block) => block !== undefined) };
}

function writePart(part: UserPart | AssistantPart): Fields | undefined {
  switch (part.kind) {
    case 'text':
      // The dialect knows no empty texts.
      return part.text === '' ? undefined : writeText(part);
    case 'image':
      return writeImage(part);
    case 'document':
      return writeDocument(part);
    case 'audio':
      throw new NoCounterpart('messages', 'holds audio, which this model does not hear.');
    case 'thought':
      return writeThought(part);
    case 'tool-call':
      return { type: 'tool_use', id: part.id, name: part.name, input: toolArguments(part), ...kept(part) };
    case 'tool-result': {
      const content = part.parts.map(writePart).filter((block) => block !== undefined);
      const failed = part.failed ? { is_error: true } : {};
      return { type: 'tool_result', tool_use_id: part.callId, content, ...failed, ...kept(part) };
    }
  }
}

/** Only what this maker has sealed is read again; nobody else's thoughts are. */
function writeThought({ text, seal }: ThoughtPart): Fields | undefined {
  if (seal?.maker !== 'messages') return undefined;
  if (seal.redacted === true) return { type: 'redacted_thinking', data: seal.data };
  return { type: 'thinking', thinking: text, signature: seal.data };
}

function writeText(part: TextPart): Fields {
  return { type: 'text', text: part.text, ...kept(part) };
}

/** Pictures are always seen whole here. */
function writeImage(part: ImagePart): Fields {
  if (part.detail === 'low') throw new NoCounterpart('detail');
  return { type: 'image', source: writeSource(part.source), ...kept(part) };
}

function writeDocument(part: DocumentPart): Fields {
  const { source, name } = part;
  const written = source.kind === 'text' ? plain(source.text) : isPlain(source) ? decoded(source) : writeSource(source);
  return { type: 'document', source: written, title: name, ...kept(part) };
}

function plain(text: string): Fields {
  return { type: 'text', media_type: 'text/plain', data: text };
}

function isPlain(source: MediaSource): source is Extract<MediaSource, { readonly kind: 'base64' }> {
  return source.kind === 'base64' && source.mediaType.startsWith('text/');
}

function decoded({ data }: { readonly data: string }): Fields {
  return plain(Buffer.from(data, 'base64').toString('utf8'));
}

function writeSource(source: MediaSource): Fields {
  if (source.kind === 'url') return { type: 'url', url: source.url };
  return { type: 'base64', media_type: source.mediaType, data: source.data };
}

function kept({ cache }: { readonly cache?: CacheHint }): Fields {
  if (cache === undefined) return {};
  return { cache_control: cache === '5m' ? { type: 'ephemeral' } : { type: 'ephemeral', ttl: cache } };
}

function writeTool({ name, description, parameters, strict, ...tool }: ChatTool): Fields {
  return { name, description, input_schema: { type: 'object', ...parameters }, strict, ...kept(tool) };
}

function writeToolChoice(choice: ToolChoice | undefined, parallel: boolean | undefined): Fields | undefined {
  if (choice === undefined && parallel !== false) return undefined;
  const one = parallel === false ? { disable_parallel_tool_use: true } : {};
  if (typeof choice === 'object') return { type: 'tool', name: choice.name, ...one };
  if (choice === 'none') return { type: 'none' };
  return { type: choice === 'required' ? 'any' : 'auto', ...one };
}
