// What a caller asks at /v1/completions, the older kind: prompts as bare text, and as many answers to each as it likes.
import type { Parsed } from '#core/call/model-call.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { isBoolean, isCount, isSaid, isShortWord, optional, type Wrong, wrong, wrongModel } from './checks.ts';
import { numbersIn } from './numbers-in.ts';
import { readFields } from './read-fields.ts';
import { refusedField } from './refused-fields.ts';

const choicesMax = 128;
const promptsMax = 2_048;

/** What this address generates when nobody says how much; anything more would be a surprise. */
const outputTokensUnlessSaid = 16;

export function parseCompletion(body: Buffer, extraHeaders: Readonly<Record<string, string>>): Parsed {
  const read = readFields(body);
  if (read.kind === 'malformed') return read;
  const { fields, text } = read;
  const found = refusedField(fields) ?? firstWrongField(fields);
  if (found) return { kind: 'malformed', ...found };
  const { max_tokens: limit, stream_options: options, service_tier: tier } = fields;
  return {
    kind: 'call',
    call: {
      kind: 'chat',
      format: 'completions',
      name: String(fields['model']),
      body: text,
      bodyBytes: body.length,
      streamed: fields['stream'] === true,
      usageWanted: isFields(options) && options['include_usage'] === true,
      ...(isFields(options) ? { streamOptions: options } : {}),
      outputLimit: typeof limit === 'number' ? limit : outputTokensUnlessSaid,
      outputLimitField: 'max_tokens',
      choices: candidatesOf(fields),
      images: 0,
      attachments: 0,
      promptOverhead: numbersIn(fields['prompt']),
      facts: typeof tier === 'string' && tier !== 'auto' ? { service_tier: tier } : {},
      extraHeaders,
    },
  };
}

function firstWrongField(fields: Fields): Wrong | undefined {
  const { n, best_of: bestOf, stream, echo, prompt } = fields;
  const isLimit = (value: unknown) => value === 0 || isCount(value);
  const isFew = (value: unknown) => isCount(value) && value <= choicesMax;
  const cannotStream = 'left out of a stream';
  return (
    wrongModel(fields['model']) ??
    wrong('prompt', 'a text, a list of texts, tokens, or a list of those', isPrompt(prompt)) ??
    wrong('stream', 'true or false', optional(stream, isBoolean)) ??
    wrong('stream_options', 'an object', optional(fields['stream_options'], isFields)) ??
    wrong('n', `a whole number from 1 to ${choicesMax}`, optional(n, isFew)) ??
    wrong(
      'best_of',
      `a whole number from "n" to ${choicesMax}`,
      optional(bestOf, isFew) && countOf(bestOf) >= leastOf(fields),
    ) ??
    wrong('echo', 'true or false', optional(echo, isBoolean)) ??
    wrong('service_tier', 'a short word', optional(fields['service_tier'], isShortWord)) ??
    wrong('max_tokens', 'a whole number of at least 0', optional(fields['max_tokens'], isLimit)) ??
    // What is echoed would be counted as if it were generated; and of several candidates none can be told before the end.
    wrong('echo', cannotStream, stream !== true || echo !== true) ??
    wrong('best_of', cannotStream, stream !== true || !isSaid(bestOf) || bestOf === countOf(n))
  );
}

function countOf(value: unknown): number {
  return typeof value === 'number' ? value : 1;
}

function leastOf({ n, best_of: bestOf }: Fields): number {
  return isSaid(bestOf) ? countOf(n) : 1;
}

function isPrompt(prompt: unknown): boolean {
  if (typeof prompt === 'string') return true;
  if (!Array.isArray(prompt) || prompt.length === 0) return false;
  const isTokens = (value: unknown) => Array.isArray(value) && value.every(Number.isInteger);
  return (
    prompt.every(Number.isInteger) || (prompt.length <= promptsMax && (prompt.every(isText) || prompt.every(isTokens)))
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** Every candidate is generated and billed, whether it is returned or not. */
function candidatesOf({ prompt, n, best_of: bestOf }: Fields): number {
  const prompts = Array.isArray(prompt) && !prompt.every(Number.isInteger) ? prompt.length : 1;
  return prompts * Math.max(countOf(n), countOf(bestOf));
}
