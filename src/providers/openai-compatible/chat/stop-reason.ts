// Why a model stopped, as OpenAI's dialect says it.
import type { StopReason } from '#core/call/chat.ts';

/** Of what this dialect calls `stop`, the end and a stop sequence are not told apart. */
export function stopReasonOf(finish: unknown, calledTools: boolean): StopReason {
  if (finish === 'length') return 'length';
  if (finish === 'content_filter') return 'refusal';
  // Some call tools and say that they merely stopped.
  return finish === 'tool_calls' || finish === 'function_call' || calledTools ? 'tool-calls' : 'end';
}
