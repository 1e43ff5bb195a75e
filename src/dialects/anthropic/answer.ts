// An answer in our words, as a message of Anthropic's dialect.
import type { AssistantPart, ChatAnswer, StopReason } from '#core/call/chat.ts';
import { sealText } from '#core/call/seal.ts';
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import { anthropicUsage } from './usage.ts';

export const stopReasons = {
  end: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'stop-sequence': 'stop_sequence',
  refusal: 'refusal',
  pause: 'pause_turn',
} as const satisfies Record<StopReason, string>;

export function messageOf(answer: ChatAnswer, model: string, usage: Usage): string {
  return JSON.stringify({
    id: messageId(answer.id),
    type: 'message',
    role: 'assistant',
    model,
    content: answer.parts.map(blockOf),
    stop_reason: stopReasons[answer.stop],
    stop_sequence: answer.stopSequence ?? null,
    stop_details: null,
    container: null,
    usage: anthropicUsage(usage),
  });
}

export function messageId(id: string): string {
  return id.startsWith('msg_') ? id : `msg_${id}`;
}

function blockOf(part: AssistantPart): Fields {
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'thought': {
      const signature = part.seal === undefined ? '' : sealText(part.seal, 'messages');
      if (part.seal?.redacted === true) return { type: 'redacted_thinking', data: signature };
      return { type: 'thinking', thinking: part.text, signature };
    }
    case 'tool-call':
      return { type: 'tool_use', id: part.id, name: part.name, input: argumentsOf(part.arguments) };
  }
}

/** A model may write what is no JSON; the caller sees it as it is. */
function argumentsOf(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return { arguments: text };
  }
}
