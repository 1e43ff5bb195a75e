// Why a model stopped, in Amazon's words.
import type { StopReason } from '#core/call/chat.ts';

const reasons: Readonly<Record<string, StopReason>> = {
  end_turn: 'end',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  stop_sequence: 'stop-sequence',
  guardrail_intervened: 'refusal',
  content_filtered: 'refusal',
};

export function stopReasonOf(word: unknown): StopReason {
  return (typeof word === 'string' ? reasons[word] : undefined) ?? 'end';
}
