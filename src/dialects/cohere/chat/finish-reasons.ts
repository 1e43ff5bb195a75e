import type { StopReason } from '#core/call/chat.ts';

export const finishReasons = {
  end: 'COMPLETE',
  pause: 'COMPLETE',
  length: 'MAX_TOKENS',
  'tool-calls': 'TOOL_CALL',
  'stop-sequence': 'STOP_SEQUENCE',
  refusal: 'COMPLETE',
} as const satisfies Record<StopReason, string>;
