import type { ChatAnswer } from './chat-body.ts';
import type { StreamedAnswer } from './chat-stream.ts';
import type { Choice, Part } from './choice.ts';
import { takingTurns } from './deltas.ts';
import type { JsonObject } from './fields.ts';
import { isObject } from './fields.ts';
import type { ApiError } from './refusal.ts';
import type { Frame } from './reply.ts';
import type { Counts } from './usage-shape.ts';

/** Generated content in one body. */
export function renderGeminiBody(answer: ChatAnswer): string {
  const candidates = answer.choices.map((choice, index) =>
    candidateOf(choice.parts.map(partOf), index, { finishReason: finishOf(choice) }),
  );
  return JSON.stringify({ candidates, usageMetadata: usageOf(answer, answer.counts), ...headOf(answer) });
}

/** The same as chunks; calls of functions are told whole, and every chunk says what was counted so far. */
export function* geminiFrames(answer: StreamedAnswer): Generator<Frame> {
  let atMs = 0;
  let sent = 0;
  const chunk = (candidates: readonly JsonObject[]): string => {
    const usageMetadata = usageOf(answer, { ...answer.counts, visible: sent });
    return `data: ${JSON.stringify({ candidates, usageMetadata, ...headOf(answer) })}\r\n\r\n`;
  };
  for (const step of takingTurns(answer.choices.map((choice, index) => stepsOf(choice, index, answer.burst)))) {
    sent += step.tokens;
    atMs = Math.max(atMs, step.before * answer.paceMs);
    yield { text: chunk([candidateOf([step.part], step.choice)]), tokens: step.tokens, atMs };
  }
  if (answer.end.kind === 'nothing') return;
  if (answer.end.kind === 'error') {
    yield { text: `data: ${renderGeminiError(answer.end.error, 500)}\r\n\r\n`, tokens: 0, atMs };
    return;
  }
  const ends = answer.choices.map((choice, index) =>
    candidateOf([{ text: '' }], index, { finishReason: finishOf(choice) }),
  );
  yield { text: chunk(ends), tokens: 0, atMs };
}

function* stepsOf(choice: Choice, index: number, burst: number) {
  let before = 0;
  for (const part of choice.parts) {
    const size = part.kind === 'text' ? burst : Math.max(1, part.pieces.length);
    for (let start = 0; start < part.pieces.length; start += size) {
      const pieces = part.pieces.slice(start, start + size);
      yield { choice: index, part: partOf({ ...part, pieces }), tokens: pieces.length, before };
      before += pieces.length;
    }
  }
}

const statuses: ReadonlyMap<number, string> = new Map([
  [400, 'INVALID_ARGUMENT'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [429, 'RESOURCE_EXHAUSTED'],
  [503, 'UNAVAILABLE'],
]);

export function renderGeminiError({ message }: ApiError, code: number): string {
  const status = statuses.get(code) ?? (code < 500 ? 'FAILED_PRECONDITION' : 'INTERNAL');
  return JSON.stringify({ error: { code, message, status } });
}

function headOf({ model, id }: ChatAnswer): JsonObject {
  return { modelVersion: model, responseId: id.replace(/^chatcmpl-/, '') };
}

function candidateOf(parts: readonly JsonObject[], index: number, more: JsonObject = {}): JsonObject {
  return { content: { parts, role: 'model' }, ...more, index };
}

/** A call that was cut off is left out, as its maker does. */
function partOf(part: Part): JsonObject {
  const text = part.pieces.join('');
  if (part.kind === 'text') return { text };
  const args = parse(text);
  return args === undefined ? { text: '' } : { functionCall: { name: part.name, args } };
}

function parse(text: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function finishOf({ finish }: Choice): string {
  return finish === 'length' ? 'MAX_TOKENS' : 'STOP';
}

/** What was thought stands beside the candidates; what the cache gave is of the prompt. */
function usageOf({ shape }: ChatAnswer, { prompt, cached, visible, reasoning }: Counts): JsonObject {
  // A plain model says nothing of a cache in any dialect.
  const isTold = cached > 0 && shape.thinks;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: visible,
    totalTokenCount: prompt + visible + reasoning,
    ...(reasoning === 0 ? {} : { thoughtsTokenCount: reasoning }),
    ...(isTold ? { cachedContentTokenCount: cached } : {}),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
  };
}
