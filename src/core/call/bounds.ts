// How much a call can consume at most, before it is made.
import type { Target } from '../catalog/catalog.ts';
import type { Caller } from '../keys/caller.ts';
import type { ModelCall } from './model-call.ts';

// A byte-level tokenizer never makes more tokens than bytes; chat templates add a few around each message, fewer than
// the JSON around it has bytes. This covers an empty prompt's own template.
const templateTokens = 64;

// Above the dearest documented image: 8 tiles of 5,667 and 2,833 for the whole (gpt-4o-mini, high detail) are 48,169.
const imageTokensMax = 65_536;

/** When neither request, key nor model says otherwise; never the whole context. */
export const defaultOutputTokens = 16_384;

/** What a stream sets aside at first, and buys next. */
export const sliceTokens = 1_024;

/** The least output for which a call is worth making, unless it asked for less. */
export const usefulTokens = 16;

/** Divisors of a text's bytes; `bytes` is a bound for any byte-level tokenizer. */
const bytesPerToken: Readonly<Record<string, number>> = { bytes: 1, 'bytes/4': 4 };

/** `undefined` when nothing bounds it: an attachment of unknown content for a model of unknown context. */
export function promptTokensMax(call: ModelCall, target: Target): number | undefined {
  if (call.lines) return sumOf(call.lines, (line) => promptTokensMax(line, target));
  const divisor = bytesPerToken[target.tokenizer] ?? 1;
  const text = Math.ceil(call.bodyBytes / divisor) + templateTokens + (call.promptOverhead ?? 0);
  if (call.attachments > 0)
    return target.contextWindow === undefined ? undefined : Math.max(text, target.contextWindow);
  return text + call.images * imageTokensMax;
}

function sumOf(lines: readonly ModelCall[], tokensOf: (line: ModelCall) => number | undefined): number | undefined {
  let sum = 0;
  for (const line of lines) {
    const tokens = tokensOf(line);
    if (tokens === undefined) return undefined;
    sum += tokens;
  }
  return sum;
}

/** For when nobody says what the prompt consumed: four bytes a token, as English text has it. */
export function promptTokensEstimate(call: ModelCall): number {
  return call.expected?.promptTokens ?? Math.ceil(call.bodyBytes / 4);
}

/** Per choice: the least of what the request, the model and the policy allow. */
export function outputTokensLimit(call: ModelCall, caller: Caller, target: Target): number {
  if (call.lines) return sumOf(call.lines, (line) => line.choices * outputTokensLimit(line, caller, target)) ?? 0;
  if (call.kind === 'embedding' || call.kind === 'moderation' || call.kind === 'rerank') return 0;
  // Nobody can tell these to stop earlier: what they may make is in the call.
  if (call.media) return call.outputLimit ?? 0;
  const wanted = call.outputLimit ?? caller.defaultOutputTokens ?? target.defaultOutputTokens ?? defaultOutputTokens;
  return Math.min(wanted, target.maxOutputTokens ?? wanted);
}

/** A target that may answer, and the call as it would get it. */
export interface PlannedTarget {
  readonly target: Target;
  readonly call: ModelCall;
}

/** The loosest bound over every target that may answer. */
export function callBounds(
  planned: readonly PlannedTarget[],
  caller: Caller,
): { readonly promptTokens: number; readonly outputTokensPerChoice: number } | undefined {
  let promptTokens = 0;
  let outputTokensPerChoice = 0;
  for (const { call, target } of planned) {
    // They are made from a prompt, and not priced by it.
    if (call.kind === 'video' || call.kind === 'music') continue;
    const prompt = promptTokensMax(call, target);
    if (prompt === undefined) return undefined;
    promptTokens = Math.max(promptTokens, prompt);
    outputTokensPerChoice = Math.max(outputTokensPerChoice, outputTokensLimit(call, caller, target));
  }
  return { promptTokens, outputTokensPerChoice };
}
