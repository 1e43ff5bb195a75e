// An answer in our words, as a response.
import type { AssistantPart, ChatAnswer } from '#core/call/chat.ts';
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Speaking } from '#ports/dialect.ts';
import { askedIn, endOf, shortId } from './head.ts';
import { itemId, messageItem, reasoningItem, toolItem } from './items.ts';
import { responseUsage } from './usage.ts';

export function responseOf({ parts, stop }: ChatAnswer, speaking: Speaking, usage: Usage): string {
  const { head, plainTools } = askedIn(speaking);
  const answerId = shortId(speaking.requestId);
  const end = endOf(stop);
  const itemOf = (part: AssistantPart, index: number): Fields => {
    const id = itemId(part.kind, answerId, index);
    switch (part.kind) {
      case 'text':
        return messageItem(id, part.text, end.status === 'completed' ? 'completed' : 'incomplete');
      case 'thought':
        return reasoningItem(id, part.text, part.seal);
      case 'tool-call': {
        const called = { id, callId: part.id, name: part.name, isPlain: plainTools.has(part.name) };
        return toolItem(called, part.arguments, 'completed');
      }
    }
  };
  return JSON.stringify({ ...head, ...end, output: parts.map(itemOf), usage: responseUsage(usage) });
}
