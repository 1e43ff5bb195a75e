import type { ChatAnswer } from './chat-body.ts';
import type { ChatCall } from './chat-call.ts';
import type { StreamedAnswer } from './chat-stream.ts';
import type { Choice } from './choice.ts';
import { takingTurns } from './deltas.ts';
import { CREATED_AT_S } from './model.ts';
import { renderError } from './refusal.ts';
import type { Frame } from './reply.ts';

export type CompletionForm = Extract<ChatCall['form'], { readonly kind: 'completions' }>;

/** A completion of the older kind in one body: of each prompt's candidates only so many as were wanted. */
export function renderCompletionBody(answer: ChatAnswer, { n, bestOf, echo, prompts }: CompletionForm): string {
  const wanted = answer.choices.flatMap((choice, index) => {
    const prompt = prompts[Math.floor(index / bestOf)] ?? '';
    return index % bestOf < n ? [{ text: (echo ? prompt : '') + textOf(choice), finish: choice.finish }] : [];
  });
  const choices = wanted.map(({ text, finish }, index) => ({ text, index, logprobs: null, finish_reason: finish }));
  const usage = answer.shape.usage(answer.counts);
  return JSON.stringify({ ...headOf(answer), choices, usage });
}

export function* completionFrames(answer: StreamedAnswer): Generator<Frame> {
  let atMs = 0;
  const chunk = (index: number, text: string, finish: string | null): string =>
    event({ ...headOf(answer), choices: [{ text, index, logprobs: null, finish_reason: finish }] });
  const speaking = answer.choices.map((choice, index) => piecesOf(choice, index, answer.burst));
  for (const { index, pieces, before } of takingTurns(speaking)) {
    atMs = Math.max(atMs, before * answer.paceMs);
    yield { text: chunk(index, pieces.join(''), null), tokens: pieces.length, atMs };
  }
  if (answer.end.kind === 'nothing') return;
  if (answer.end.kind === 'error') {
    yield { text: `event: error\ndata: ${renderError(answer.end.error)}\n\n`, tokens: 0, atMs };
    return;
  }
  const ends = answer.choices.map((choice, index) => chunk(index, '', choice.finish));
  const usage = answer.includeUsage
    ? event({ ...headOf(answer), choices: [], usage: answer.shape.usage(answer.counts) })
    : '';
  yield { text: `${ends.join('')}${usage}data: [DONE]\n\n`, tokens: 0, atMs };
}

function* piecesOf(choice: Choice, index: number, burst: number) {
  const pieces = choice.parts.flatMap((part) => part.pieces);
  for (let start = 0; start < pieces.length; start += burst) {
    yield { index, pieces: pieces.slice(start, start + burst), before: start };
  }
}

function headOf({ id, model }: ChatAnswer) {
  return { id: id.replace(/^chatcmpl/, 'cmpl'), object: 'text_completion', created: CREATED_AT_S, model };
}

function event(chunk: object): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function textOf(choice: Choice): string {
  return choice.parts.flatMap((part) => part.pieces).join('');
}
