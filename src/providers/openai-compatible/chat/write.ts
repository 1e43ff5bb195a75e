// A conversation in our words, as a request of OpenAI's dialect.
import {
  type AssistantPart,
  type ChatMessage,
  type ChatRequest,
  type ChatTool,
  type ImagePart,
  type TextPart,
  type ToolChoice,
  type ToolResultPart,
  type Untranslatable,
  untranslatable,
  type UserPart,
} from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import type { Fields } from '#core/usage/counts.ts';

/** Model and limit are set for every call that leaves. */
export function writeChat(chat: ChatRequest, { streamed }: ModelCall): string | Untranslatable {
  if (chat.topK !== undefined) return untranslatable('top_k', 'has no counterpart at the provider of this model.');
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
    reasoning_effort: chat.effort,
    response_format: chat.structure && {
      type: 'json_schema',
      json_schema: { name: chat.structure.name, strict: true, schema: chat.structure.schema },
    },
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
  const shown = results.flatMap((result) => result.parts.filter((part) => part.kind === 'image'));
  const said = [...shown, ...parts.filter((part) => part.kind !== 'tool-result')];
  return [...results.map(writeToolResult), ...(said.length === 0 ? [] : [{ role: 'user', content: contentOf(said) }])];
}

/** The dialect shows no pictures in a tool's result: they come right behind it. */
function writeToolResult({ callId, parts, failed }: ToolResultPart): Fields {
  const text = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : ['[The image follows.]'])).join('\n');
  return { role: 'tool', tool_call_id: callId, content: failed ? `Error: ${text}` : text };
}

function contentOf(parts: readonly (TextPart | ImagePart)[]): string | readonly Fields[] {
  const [only, ...more] = parts;
  if (only?.kind === 'text' && more.length === 0) return only.text;
  return parts.map((part) =>
    part.kind === 'text' ? { type: 'text', text: part.text } : { type: 'image_url', image_url: { url: urlOf(part) } },
  );
}

function urlOf({ source }: ImagePart): string {
  return source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`;
}

function writeAssistantMessage(parts: readonly AssistantPart[]): Fields {
  const said = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  const calls = parts.filter((part) => part.kind === 'tool-call');
  // What another maker has signed is for that maker alone, and is not sent on.
  const thoughts = parts.flatMap((part) =>
    part.kind === 'thought' && part.signature === undefined ? [part.text] : [],
  );
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

function writeToolChoice(choice: ToolChoice): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
}
