// A conversation in our words, as a request of Anthropic's dialect.
import {
  type AssistantPart,
  type ChatMessage,
  type ChatRequest,
  type ChatTool,
  type ImagePart,
  type TextPart,
  type ToolChoice,
  type Untranslatable,
  untranslatable,
  type UserPart,
} from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';

/** Model and limit are set for every call that leaves. */
export function writeMessages(chat: ChatRequest, { streamed }: ModelCall): string | Untranslatable {
  if (chat.effort !== undefined) {
    return untranslatable('reasoning_effort', 'has no counterpart that this provider would bill within the limit.');
  }
  const messages = joined(chat.messages).map(writeMessage);
  const broken = messages.find((message) => typeof message === 'string');
  if (broken !== undefined) return untranslatable('messages', broken);
  return JSON.stringify({
    system: chat.system.length === 0 ? undefined : chat.system.map(writeText),
    messages,
    stream: streamed ? true : undefined,
    tools: chat.tools.length === 0 ? undefined : chat.tools.map(writeTool),
    tool_choice: chat.tools.length === 0 ? undefined : writeToolChoice(chat.toolChoice, chat.parallelTools),
    stop_sequences: chat.stop.length === 0 ? undefined : chat.stop,
    temperature: chat.temperature,
    top_p: chat.topP,
    top_k: chat.topK,
    output_config: chat.structure && { format: { type: 'json_schema', schema: chat.structure.schema } },
    metadata: chat.user === undefined ? undefined : { user_id: chat.user },
  });
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

/** A text says why it cannot be written. */
function writeMessage({ role, parts }: ChatMessage): Fields | string {
  const content: Fields[] = [];
  for (const part of parts) {
    const block = writePart(part);
    if (typeof block === 'string') return block;
    if (block) content.push(block);
  }
  return { role, content };
}

function writePart(part: UserPart | AssistantPart): Fields | string | undefined {
  switch (part.kind) {
    case 'text':
      // The dialect knows no empty texts.
      return part.text === '' ? undefined : writeText(part);
    case 'image':
      return writeImage(part);
    // Only what this maker has signed is read again; nobody else's thoughts are.
    case 'thought':
      return part.signature === undefined
        ? undefined
        : { type: 'thinking', thinking: part.text, signature: part.signature };
    case 'tool-call': {
      const input = inputOf(part.arguments);
      return input ? { type: 'tool_use', id: part.id, name: part.name, input } : 'has a tool call without JSON.';
    }
    case 'tool-result': {
      const content = part.parts.map((each) => (each.kind === 'text' ? writeText(each) : writeImage(each)));
      return { type: 'tool_result', tool_use_id: part.callId, content, ...(part.failed ? { is_error: true } : {}) };
    }
  }
}

function writeText({ text }: TextPart): Fields {
  return { type: 'text', text };
}

function writeImage({ source }: ImagePart): Fields {
  if (source.kind === 'url') return { type: 'image', source: { type: 'url', url: source.url } };
  return { type: 'image', source: { type: 'base64', media_type: source.mediaType, data: source.data } };
}

function inputOf(text: string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function writeTool({ name, description, parameters, strict }: ChatTool): Fields {
  return { name, description, input_schema: { type: 'object', ...parameters }, strict };
}

function writeToolChoice(choice: ToolChoice | undefined, parallel: boolean | undefined): Fields | undefined {
  if (choice === undefined && parallel !== false) return undefined;
  const one = parallel === false ? { disable_parallel_tool_use: true } : {};
  if (typeof choice === 'object') return { type: 'tool', name: choice.name, ...one };
  if (choice === 'none') return { type: 'none' };
  return { type: choice === 'required' ? 'any' : 'auto', ...one };
}
