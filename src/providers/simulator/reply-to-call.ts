import { answerChat } from './answer.ts';
import type { SimulatorCall } from './call.ts';
import { renderChatBody } from './chat-body.ts';
import type { ChatAnswer } from './chat-body.ts';
import type { ChatForm } from './chat-call.ts';
import type { StreamedAnswer } from './chat-stream.ts';
import { streamFrames } from './chat-stream.ts';
import type { Choice } from './choice.ts';
import { choiceTokens, cutChoice, totalTokens } from './choice.ts';
import { completionFrames, renderCompletionBody } from './completion-body.ts';
import { renderEmbeddings } from './embedding-body.ts';
import type { Fault } from './fault.ts';
import { faultOf } from './fault.ts';
import { geminiFrames, renderGeminiBody, renderGeminiError } from './gemini-body.ts';
import { renderModeration } from './moderation.ts';
import type { ApiError } from './refusal.ts';
import { replyWithImages, replyWithSpeech, replyWithTranscript } from './media-reply.ts';
import { renderError } from './refusal.ts';
import type { Frame, Reply, WholeReply } from './reply.ts';
import { jsonReply } from './reply.ts';
import { renderRerank } from './rerank-call.ts';
import { renderResponseBody } from './response-body.ts';
import { responseFrames } from './response-stream.ts';
import { countTokens } from './tokens.ts';
import type { Counts } from './usage-shape.ts';
import { usageShape } from './usage-shapes.ts';

type ChatCallOfModel = Extract<SimulatorCall, { kind: 'chat' }>;
type Interruption = Exclude<Fault, { kind: 'refuse' }>;

/** What happens to a call; `earlierCalls` carried the same fault key before it. */
export function replyToCall(call: SimulatorCall, earlierCalls: number): Reply {
  const reply = decideReply(call, earlierCalls);
  const isGemini = call.kind === 'chat' && call.request.form.kind === 'gemini';
  if (!isGemini || reply.kind !== 'whole' || reply.status < 400) return reply;
  const { error } = JSON.parse(reply.body.toString()) as { readonly error: ApiError };
  return { ...reply, body: renderGeminiError(error, reply.status) };
}

function decideReply(call: SimulatorCall, earlierCalls: number): Reply {
  const atMs = call.knobs.delayMs ?? 0;
  const fault = faultOf(call.knobs, earlierCalls);
  if (fault?.kind === 'refuse') return refuse(fault, atMs);
  switch (call.kind) {
    case 'chat':
      return replyToChat(call, fault, atMs);
    case 'images':
      if (fault?.afterTokens === 0) return interrupted(fault, atMs);
      return replyWithImages(call.request, { seed: call.seed, atMs });
    case 'speech':
      if (fault?.afterTokens === 0) return interrupted(fault, atMs);
      return replyWithSpeech(call.request, { seed: call.seed, atMs });
    case 'transcriptions':
      if (fault?.afterTokens === 0) return interrupted(fault, atMs);
      return replyWithTranscript(call.request, { seed: call.seed, atMs });
    case 'embeddings':
      if (fault?.afterTokens === 0) return interrupted(fault, atMs);
      return jsonReply(renderEmbeddings(call.request, call.model.id), { atMs });
    case 'rerank':
      if (fault?.afterTokens === 0) return interrupted(fault, atMs);
      return jsonReply(renderRerank(call.request, call.id), { atMs });
    case 'moderations':
      if (fault?.afterTokens === 0) return interrupted(fault, atMs);
      return jsonReply(renderModeration(call.request, { id: call.id, model: call.model.id }), { atMs });
  }
}

function replyToChat(call: ChatCallOfModel, fault: Interruption | undefined, atMs: number): Reply {
  const choices = answerChat(call.request, call.model, call.knobs, call.seed);
  const tokens = totalTokens(choices);
  const paceMs = call.knobs.paceMs ?? call.model.paceMs;
  const shape = usageShape(call.knobs.shape ?? call.model.shape);
  const counts = countsOf(call, tokens, shape.thinks);
  const answer: ChatAnswer = { id: call.id, model: call.model.id, choices, counts, shape };
  // A fault behind the end of the answer never comes.
  const reached = fault !== undefined && fault.afterTokens <= tokens ? fault : undefined;
  if (!call.request.stream) {
    if (reached !== undefined) return interrupted(reached, atMs + reached.afterTokens * paceMs);
    const steps = Math.max(0, ...choices.map((choice) => choiceTokens(choice) - 1));
    return jsonReply(renderBody(answer, call.request.form), { atMs: atMs + steps * paceMs, tokens });
  }
  const { includeUsage, form } = call.request;
  const burst = call.knobs.burst ?? 1;
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
  const script = { ...answer, includeUsage, burst, paceMs };
  if (reached === undefined) {
    return {
      kind: 'stream',
      atMs,
      headers,
      frames: framesOf({ ...script, end: { kind: 'done' } }, form),
      ending: 'done',
    };
  }
  const shortened = { ...script, choices: share(choices, reached.afterTokens) };
  if (reached.kind === 'error') {
    const frames = framesOf({ ...shortened, end: { kind: 'error', error: reached.error } }, form);
    return { kind: 'stream', atMs, headers, frames, ending: 'done' };
  }
  const frames = framesOf({ ...shortened, end: { kind: 'nothing' } }, form);
  return { kind: 'stream', atMs, headers, frames, ending: reached.kind };
}

function renderBody(answer: ChatAnswer, form: ChatForm): string {
  switch (form.kind) {
    case 'chat':
      return renderChatBody(answer);
    case 'responses':
      return renderResponseBody(answer, form.body);
    case 'gemini':
      return renderGeminiBody(answer);
    case 'completions':
      return renderCompletionBody(answer, form);
  }
}

function framesOf(answer: StreamedAnswer, form: ChatForm): Iterable<Frame> {
  switch (form.kind) {
    case 'chat':
      return streamFrames(answer);
    case 'responses':
      return responseFrames(answer, form.body);
    case 'gemini':
      return geminiFrames(answer);
    case 'completions':
      return completionFrames(answer);
  }
}

function countsOf(call: ChatCallOfModel, visible: number, thinks: boolean): Counts {
  const prompt = countTokens(call.request.conversation.text);
  const cached = Math.min(prompt, call.knobs.cachedTokens ?? Math.floor(prompt / 2));
  // Thinking is within the caller's limit too, unless it is asked for by number.
  const room = (call.request.outputLimit ?? Infinity) * call.request.choices - visible;
  const thought = thinks ? Math.min(Math.ceil(visible / 2), room) : 0;
  return { prompt, cached, visible, reasoning: call.knobs.reasoningTokens ?? thought };
}

// Choices are generated side by side, so each has its share of what came before the fault.
function share(choices: readonly Choice[], tokens: number): readonly Choice[] {
  const shorter: Choice[] = [];
  let left = tokens;
  for (const [index, choice] of choices.entries()) {
    const cut = cutChoice(choice, Math.ceil(left / (choices.length - index)));
    left -= choiceTokens(cut);
    shorter.push(cut);
  }
  return shorter;
}

function refuse(fault: Extract<Fault, { kind: 'refuse' }>, atMs: number): WholeReply {
  const reply = jsonReply(renderError(fault.error), { status: fault.status, atMs });
  if (fault.retryAfter === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(fault.retryAfter) } };
}

// Nothing of a whole answer was sent yet, so its error still has a status.
function interrupted(fault: Interruption, atMs: number): Reply {
  if (fault.kind === 'error') return jsonReply(renderError(fault.error), { status: 500, atMs });
  return { kind: 'silent', atMs, ending: fault.kind };
}
