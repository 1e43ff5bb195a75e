// Why a model stopped, as Anthropic's dialect says it.
import type { StopReason } from '#core/call/chat.ts';
import { type Fields, wordOf } from '#core/usage/counts.ts';

export interface Stop {
  readonly reason: StopReason;
  readonly stopSequence?: string;
}

const reasons: Readonly<Record<string, StopReason>> = {
  end_turn: 'end',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  refusal: 'refusal',
  pause_turn: 'pause',
};

export function stopOf(fields: Fields): Stop {
  const stopSequence = wordOf(fields, 'stop_sequence');
  const reason = reasons[wordOf(fields, 'stop_reason') ?? ''] ?? 'end';
  return { reason, ...(stopSequence === undefined ? {} : { stopSequence }) };
}
