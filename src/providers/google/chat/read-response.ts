// A response in our words.
import type { ChatAnswer } from '#core/call/chat.ts';
import { listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { PartReader } from './read-parts.ts';
import { stopReasonOf } from './stop-reason.ts';

export function readResponse(body: Buffer): ChatAnswer | undefined {
  const response = parseFields(body);
  if (!response) return undefined;
  const id = wordOf(response, 'responseId') ?? 'answer';
  const [candidate] = listOf(response['candidates']);
  // A prompt that is blocked has no candidates.
  if (!candidate) return 'promptFeedback' in response ? { id, parts: [], stop: 'refusal' } : undefined;
  const reader = new PartReader();
  const parts = listOf(partOf(candidate, 'content')['parts']).flatMap((part) => reader.read(part, id));
  return { id, parts, stop: stopReasonOf(wordOf(candidate, 'finishReason') ?? 'STOP', reader.hasCalled) };
}
