// What a model said, thought and called, as items of a response.
import type { AssistantPart } from '#core/call/chat.ts';
import { type Seal, sealText } from '#core/call/seal.ts';
import { type Fields, isFields, wordOf } from '#core/usage/counts.ts';

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

const prefixes = { text: 'msg', thought: 'rs', 'tool-call': 'fc' } as const satisfies Record<
  AssistantPart['kind'],
  string
>;

/** Of one answer each item has its own. */
export function itemId(kind: AssistantPart['kind'], answerId: string, index: number): string {
  return `${prefixes[kind]}_${answerId}_${index}`;
}

export function textPart(text: string): Fields {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

export function messageItem(id: string, text: string | undefined, status: ItemStatus): Fields {
  const content = text === undefined ? [] : [textPart(text)];
  return { id, type: 'message', status, role: 'assistant', content };
}

export function summaryPart(text: string): Fields {
  return { type: 'summary_text', text };
}

export function reasoningItem(id: string, text: string, seal: Seal | undefined): Fields {
  const sealed = seal === undefined ? {} : { encrypted_content: sealText(seal, 'responses') };
  return { id, type: 'reasoning', summary: text === '' ? [] : [summaryPart(text)], ...sealed };
}

export interface ToolCalled {
  readonly id: string;
  readonly callId: string;
  readonly name: string;
  readonly isPlain: boolean;
}

export function toolItem({ id, callId, name, isPlain }: ToolCalled, text: string, status: ItemStatus): Fields {
  if (!isPlain) return { id, type: 'function_call', status, call_id: callId, name, arguments: text };
  return { id, type: 'custom_tool_call', status, call_id: callId, name, input: plainInput(text) };
}

/** The one argument of a tool that takes plain text; what a model wrote instead is shown as it is. */
export function plainInput(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    return (isFields(parsed) ? wordOf(parsed, 'input') : undefined) ?? text;
  } catch {
    return text;
  }
}
