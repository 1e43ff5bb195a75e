// Why a model stopped, in Cohere's words.
import type { StopReason } from '#core/call/chat.ts';

const reasons: Readonly<Record<string, StopReason>> = {
  COMPLETE: 'end',
  MAX_TOKENS: 'length',
  STOP_SEQUENCE: 'stop-sequence',
  TOOL_CALL: 'tool-calls',
};

export function stopReasonOf(word: unknown): StopReason {
  return (typeof word === 'string' ? reasons[word] : undefined) ?? 'end';
}
