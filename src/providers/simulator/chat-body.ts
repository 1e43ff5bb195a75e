import type { Choice, Part } from './choice.ts';
import type { JsonObject } from './fields.ts';
import { CREATED_AT_S } from './model.ts';
import type { Counts, UsageShape } from './usage-shape.ts';

export interface ChatAnswer {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly Choice[];
  readonly counts: Counts;
  readonly shape: UsageShape;
}

export const SYSTEM_FINGERPRINT = 'fp_simulator';

/** A chat completion in one body. */
export function renderChatBody(answer: ChatAnswer): string {
  return JSON.stringify({
    id: answer.id,
    object: 'chat.completion',
    created: CREATED_AT_S,
    model: answer.model,
    choices: answer.choices.map((choice, index) => ({
      index,
      message: messageOf(choice),
      logprobs: null,
      finish_reason: choice.finish,
    })),
    usage: answer.shape.usage(answer.counts),
    system_fingerprint: SYSTEM_FINGERPRINT,
  });
}

function messageOf(choice: Choice): JsonObject {
  const toolCalls = choice.parts.filter((part) => part.kind === 'tool-call');
  if (toolCalls.length === 0) {
    return { role: 'assistant', content: choice.parts.map(textOf).join(''), refusal: null };
  }
  return {
    role: 'assistant',
    content: null,
    refusal: null,
    tool_calls: toolCalls.map((part) => ({
      id: part.id,
      type: 'function',
      function: { name: part.name, arguments: textOf(part) },
    })),
  };
}

function textOf(part: Part): string {
  return part.pieces.join('');
}
