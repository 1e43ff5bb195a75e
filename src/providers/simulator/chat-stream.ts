import type { ChatAnswer } from './chat-body.ts';
import { SYSTEM_FINGERPRINT } from './chat-body.ts';
import { deltasOf, openingOf, takingTurns } from './deltas.ts';
import { CREATED_AT_S } from './model.ts';
import type { ApiError } from './refusal.ts';
import { renderError } from './refusal.ts';
import type { Frame } from './reply.ts';
import { finishUsage, hasTrailingUsage, usageAlong } from './stream-usage.ts';
import type { Counts } from './usage-shape.ts';

export interface StreamedAnswer extends ChatAnswer {
  readonly includeUsage: boolean;
  readonly burst: number;
  readonly paceMs: number;
  /** How it ends: with its last word, with an error event, or in the middle of things. */
  readonly end: { readonly kind: 'done' | 'nothing' } | { readonly kind: 'error'; readonly error: ApiError };
}

/** A chat completion as server-sent events. */
export function* streamFrames(answer: StreamedAnswer): Generator<Frame> {
  const head = `data: {"id":"${answer.id}","object":"chat.completion.chunk","created":${CREATED_AT_S},"model":"${answer.model}","system_fingerprint":"${SYSTEM_FINGERPRINT}","choices":`;
  let sent = 0;
  let atMs = 0;
  const soFar = (): Counts => ({ ...answer.counts, visible: sent });
  const chunk = (choice: string, tail: string): string => `${head}[${choice}]${tail}}\n\n`;

  for (const [index, choice] of answer.choices.entries()) {
    const opening = choiceJson(index, openingOf(choice), 'null');
    yield { text: chunk(opening, usageAlong(answer, soFar)), tokens: 0, atMs };
  }
  for (const delta of takingTurns(answer.choices.map((choice, index) => deltasOf(choice, index, answer.burst)))) {
    sent += delta.tokens;
    atMs = Math.max(atMs, delta.tokensBefore * answer.paceMs);
    const choice = choiceJson(delta.choice, delta.json, 'null');
    yield { text: chunk(choice, usageAlong(answer, soFar)), tokens: delta.tokens, atMs };
  }
  if (answer.end.kind === 'nothing') return;
  if (answer.end.kind === 'error') {
    yield { text: `event: error\ndata: ${renderError(answer.end.error)}\n\n`, tokens: 0, atMs };
    return;
  }
  yield { text: `${finishing(answer, chunk, soFar)}data: [DONE]\n\n`, tokens: 0, atMs };
}

function finishing(
  answer: StreamedAnswer,
  chunk: (choice: string, tail: string) => string,
  soFar: () => Counts,
): string {
  const last = answer.choices.length - 1;
  const ends = answer.choices.map((choice, index) => {
    const usage = index === last ? finishUsage(answer, soFar) : { inChoice: '', tail: usageAlong(answer, soFar) };
    return chunk(choiceJson(index, '{}', JSON.stringify(choice.finish), usage.inChoice), usage.tail);
  });
  if (hasTrailingUsage(answer)) ends.push(chunk('', `,"usage":${JSON.stringify(answer.shape.usage(soFar()))}`));
  return ends.join('');
}

function choiceJson(index: number, delta: string, finish: string, more = ''): string {
  return `{"index":${index},"delta":${delta},"logprobs":null,"finish_reason":${finish}${more}}`;
}
