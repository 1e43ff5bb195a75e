// Why a model stopped, as Gemini says it.
import type { StopReason } from '#core/call/chat.ts';

const reasons: Readonly<Record<string, StopReason>> = {
  STOP: 'end',
  MAX_TOKENS: 'length',
  SAFETY: 'refusal',
  RECITATION: 'refusal',
  LANGUAGE: 'refusal',
  BLOCKLIST: 'refusal',
  PROHIBITED_CONTENT: 'refusal',
  SPII: 'refusal',
  IMAGE_SAFETY: 'refusal',
  IMAGE_PROHIBITED_CONTENT: 'refusal',
  IMAGE_RECITATION: 'refusal',
};

/** Calls of functions are an end like any other there; a stop sequence is not told apart from it. */
export function stopReasonOf(finish: string, calledTools: boolean): StopReason {
  const reason = reasons[finish] ?? 'end';
  return reason === 'end' && calledTools ? 'tool-calls' : reason;
}
