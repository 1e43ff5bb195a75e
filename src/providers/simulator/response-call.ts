import type { ChatCall, ResponseFormat, ToolOffer } from './chat-call.ts';
import { TOKENS_MAX } from './chat-call.ts';
import type { Conversation } from './conversation.ts';
import type { JsonObject } from './fields.ts';
import { flagField, isObject, listField, objectField, textField, wholeField } from './fields.ts';
import { Refusal } from './refusal.ts';

/** A request to /v1/responses, as far as the simulator heeds it. */
export function readResponseCall(body: JsonObject): ChatCall {
  return {
    form: { kind: 'responses', body },
    conversation: readInput(body),
    stream: flagField(body, 'stream') ?? false,
    includeUsage: true,
    choices: 1,
    outputLimit: wholeField(body, 'max_output_tokens', { min: 1, max: TOKENS_MAX }),
    stops: [],
    tools: readTools(body),
    format: readFormat(objectField(body, 'text') ?? {}),
    seed: undefined,
  };
}

function readInput(body: JsonObject): Conversation {
  const input = body['input'];
  const instructions = textField(body, 'instructions') ?? '';
  if (typeof input === 'string') return { text: instructions + input, lastUserText: input, endsWithToolResult: false };
  const items = listField(body, 'input');
  if (items === undefined) throw new Refusal(400, "Missing required parameter: 'input'.", { param: 'input' });
  let text = instructions;
  let lastUserText = '';
  let lastType = '';
  for (const [index, item] of items.entries()) {
    const param = `input[${index}]`;
    if (!isObject(item)) throw new Refusal(400, `Invalid type for '${param}': expected an object.`, { param });
    lastType = textField(item, 'type') ?? 'message';
    const said = textIn(item['content']) + textIn(item['output']);
    text += said;
    if (lastType === 'message' && item['role'] === 'user') lastUserText = said;
  }
  return { text, lastUserText, endsWithToolResult: lastType.endsWith('_output') };
}

function textIn(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => (isObject(part) ? (textField(part, 'text') ?? '') : '')).join('');
}

function readTools(body: JsonObject): ChatCall['tools'] {
  const offers = (listField(body, 'tools') ?? []).flatMap(readOffer);
  const parallel = flagField(body, 'parallel_tool_calls') ?? true;
  const choice = body['tool_choice'] ?? 'auto';
  if (choice === 'auto') return { offers, use: 'if-asked', parallel };
  if (choice === 'none') return { offers, use: 'never', parallel };
  if (choice === 'required') return { offers, use: 'always', parallel };
  const chosen = offers.filter(({ name }) => isObject(choice) && choice['name'] === name);
  if (chosen.length > 0) return { offers: chosen, use: 'always', parallel };
  throw new Refusal(400, "Invalid value for 'tool_choice'.", { param: 'tool_choice', code: 'invalid_value' });
}

/** Of a tool that takes plain text the text is what a model would write into its only argument. */
function readOffer(tool: unknown): readonly ToolOffer[] {
  if (!isObject(tool)) return [];
  const name = textField(tool, 'name');
  if (name === undefined) return [];
  if (tool['type'] === 'function') return [{ name, parameters: objectField(tool, 'parameters') ?? {} }];
  return tool['type'] === 'custom' ? [{ name, parameters: {}, plain: true }] : [];
}

function readFormat(text: JsonObject): ResponseFormat {
  const format = objectField(text, 'format');
  const type = format === undefined ? 'text' : textField(format, 'type');
  if (format === undefined || type === 'text') return { kind: 'text' };
  if (type === 'json_object') return { kind: 'json-object' };
  const schema = objectField(format, 'schema');
  if (type === 'json_schema' && schema !== undefined) return { kind: 'json-schema', schema };
  throw new Refusal(400, "Invalid value for 'text.format'.", { param: 'text.format', code: 'invalid_value' });
}
