import type { ChatCall } from './chat-call.ts';
import { CHOICES_MAX, readStops, TOKENS_MAX } from './chat-call.ts';
import type { JsonObject } from './fields.ts';
import { flagField, objectField, textField, wholeField } from './fields.ts';
import { Refusal } from './refusal.ts';

/** What the older kind of completion generates when nobody says how much. */
const OUTPUT_TOKENS = 16;

/** A request to /v1/completions: `choices` are all that are generated, of which the best are returned. */
export function readCompletionCall(body: JsonObject): ChatCall {
  const prompts = readPrompts(body['prompt']);
  const n = wholeField(body, 'n', { min: 1, max: CHOICES_MAX }) ?? 1;
  const bestOf = wholeField(body, 'best_of', { min: n, max: CHOICES_MAX }) ?? n;
  const stream = flagField(body, 'stream') ?? false;
  const echo = flagField(body, 'echo') ?? false;
  if (stream && (bestOf > n || echo)) {
    const param = echo ? 'echo' : 'best_of';
    throw new Refusal(400, `'${param}' cannot be streamed.`, { param, code: 'invalid_value' });
  }
  const text = prompts.join('') + (textField(body, 'suffix') ?? '');
  return {
    form: { kind: 'completions', prompts, n, bestOf, echo },
    conversation: { text, lastUserText: prompts.at(-1) ?? '', endsWithToolResult: false },
    stream,
    includeUsage: flagField(objectField(body, 'stream_options') ?? {}, 'include_usage') ?? false,
    choices: bestOf * prompts.length,
    outputLimit: wholeField(body, 'max_tokens', { min: 0, max: TOKENS_MAX }) ?? OUTPUT_TOKENS,
    stops: readStops(body),
    tools: { offers: [], use: 'never', parallel: false },
    format: { kind: 'text' },
    seed: wholeField(body, 'seed', { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })?.toString(),
  };
}

function readPrompts(prompt: unknown): readonly string[] {
  if (typeof prompt === 'string') return [prompt];
  if (Array.isArray(prompt) && prompt.length > 0) {
    if (prompt.every((each) => typeof each === 'string')) return prompt;
    // Tokens of a tokenizer that is not this one: each is as long as one of ours.
    if (prompt.every(Number.isInteger)) return ['tok '.repeat(prompt.length)];
  }
  throw new Refusal(400, "Invalid value for 'prompt'.", { param: 'prompt', code: 'invalid_value' });
}
