import type { Conversation } from './conversation.ts';
import { readConversation } from './conversation.ts';
import type { JsonObject } from './fields.ts';
import { flagField, isObject, listField, objectField, textField, wholeField } from './fields.ts';
import { Refusal } from './refusal.ts';

/** A request for text, as far as the simulator heeds it. */
export interface ChatCall {
  readonly form: ChatForm;
  readonly conversation: Conversation;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly choices: number;
  readonly outputLimit: number | undefined;
  readonly stops: readonly string[];
  readonly tools: ToolPlan;
  readonly format: ResponseFormat;
  readonly seed: string | undefined;
}

/** Where it was asked, and what only that address asks. */
export type ChatForm =
  | { readonly kind: 'chat' }
  | { readonly kind: 'responses'; readonly body: JsonObject }
  | { readonly kind: 'gemini' }
  | {
      readonly kind: 'completions';
      readonly prompts: readonly string[];
      readonly n: number;
      readonly bestOf: number;
      readonly echo: boolean;
    };

export interface ToolOffer {
  readonly name: string;
  readonly parameters: JsonObject;
  /** It takes text, and no arguments. */
  readonly plain?: boolean;
}

export interface ToolPlan {
  readonly offers: readonly ToolOffer[];
  readonly use: 'if-asked' | 'always' | 'never';
  readonly parallel: boolean;
}

export type ResponseFormat =
  | { readonly kind: 'text' }
  | { readonly kind: 'json-object' }
  | { readonly kind: 'json-schema'; readonly schema: JsonObject };

export const CHOICES_MAX = 128;
const STOPS_MAX = 16;
export const TOKENS_MAX = 100_000_000;

export function readChatCall(body: JsonObject): ChatCall {
  const range = { min: 1, max: TOKENS_MAX };
  const limits = [wholeField(body, 'max_tokens', range), wholeField(body, 'max_completion_tokens', range)];
  const outputLimit = Math.min(...limits.map((limit) => limit ?? Infinity));
  const streamOptions = objectField(body, 'stream_options') ?? {};
  return {
    form: { kind: 'chat' },
    conversation: readConversation(body),
    stream: flagField(body, 'stream') ?? false,
    includeUsage: flagField(streamOptions, 'include_usage') ?? false,
    choices: wholeField(body, 'n', { min: 1, max: CHOICES_MAX }) ?? 1,
    outputLimit: outputLimit === Infinity ? undefined : outputLimit,
    stops: readStops(body),
    tools: readTools(body),
    format: readFormat(body),
    seed: wholeField(body, 'seed', { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })?.toString(),
  };
}

export function readStops(body: JsonObject): readonly string[] {
  const stop = body['stop'] ?? [];
  const stops: readonly unknown[] = Array.isArray(stop) ? stop : [stop];
  const texts = stops.filter((text) => typeof text === 'string' && text !== '').map(String);
  if (texts.length === stops.length && texts.length <= STOPS_MAX) return texts;
  throw new Refusal(400, "Invalid value for 'stop'.", { param: 'stop', code: 'invalid_value' });
}

function readTools(body: JsonObject): ToolPlan {
  const offers = (listField(body, 'tools') ?? []).map(readOffer);
  const parallel = flagField(body, 'parallel_tool_calls') ?? true;
  const choice = body['tool_choice'] ?? 'auto';
  if (choice === 'auto') return { offers, use: 'if-asked', parallel };
  if (choice === 'none') return { offers, use: 'never', parallel };
  if (choice === 'required') return { offers, use: 'always', parallel };
  const named = isObject(choice) ? textField(objectField(choice, 'function') ?? {}, 'name') : undefined;
  const chosen = offers.filter((offer) => offer.name === named);
  if (chosen.length > 0) return { offers: chosen, use: 'always', parallel };
  throw new Refusal(400, "Invalid value for 'tool_choice'.", { param: 'tool_choice', code: 'invalid_value' });
}

function readOffer(tool: unknown, index: number): ToolOffer {
  const described = isObject(tool) ? objectField(tool, 'function') : undefined;
  const name = described === undefined ? undefined : textField(described, 'name');
  if (described !== undefined && name !== undefined) {
    return { name, parameters: objectField(described, 'parameters') ?? {} };
  }
  const param = `tools[${index}].function.name`;
  throw new Refusal(400, `Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' });
}

function readFormat(body: JsonObject): ResponseFormat {
  const format = objectField(body, 'response_format');
  const type = format === undefined ? 'text' : textField(format, 'type');
  if (format === undefined || type === 'text') return { kind: 'text' };
  if (type === 'json_object') return { kind: 'json-object' };
  const schema = objectField(objectField(format, 'json_schema') ?? {}, 'schema');
  if (type === 'json_schema' && schema !== undefined) return { kind: 'json-schema', schema };
  throw new Refusal(400, "Invalid value for 'response_format'.", { param: 'response_format', code: 'invalid_value' });
}
