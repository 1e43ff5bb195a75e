import type { ChatCall, ResponseFormat, ToolOffer } from './chat-call.ts';
import { CHOICES_MAX, TOKENS_MAX } from './chat-call.ts';
import type { Conversation } from './conversation.ts';
import type { JsonObject } from './fields.ts';
import { isObject, listField, objectField, textField, wholeField } from './fields.ts';
import { Refusal } from './refusal.ts';

/** A request to generate content, as far as the simulator heeds it. */
export function readGeminiCall(body: JsonObject, { streamed = false }: { readonly streamed?: boolean }): ChatCall {
  const config = objectField(body, 'generationConfig') ?? {};
  const seed = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
  return {
    form: { kind: 'gemini' },
    conversation: readContents(body),
    stream: streamed,
    includeUsage: true,
    choices: wholeField(config, 'candidateCount', { min: 1, max: CHOICES_MAX }) ?? 1,
    outputLimit: wholeField(config, 'maxOutputTokens', { min: 1, max: TOKENS_MAX }),
    stops: (listField(config, 'stopSequences') ?? []).filter((stop) => typeof stop === 'string'),
    tools: readTools(body),
    format: readFormat(config),
    seed: wholeField(config, 'seed', seed)?.toString(),
  };
}

function readContents(body: JsonObject): Conversation {
  const contents = listOf(body['contents']);
  if (contents.length === 0) throw new Refusal(400, 'contents is not specified', { param: 'contents' });
  const instruction = textIn(listOf(body['systemInstruction']));
  const last = contents.at(-1);
  const users = contents.filter(({ role }) => role !== 'model');
  return {
    text: instruction + textIn(contents),
    lastUserText: textIn(users.filter((content) => !hasResult(content)).slice(-1)),
    endsWithToolResult: last !== undefined && hasResult(last),
  };
}

function hasResult(content: JsonObject): boolean {
  return listOf(content['parts']).some((part) => isObject(part['functionResponse']));
}

function textIn(contents: readonly JsonObject[]): string {
  return contents
    .flatMap(({ parts }) => listOf(parts))
    .map((part) => textField(part, 'text') ?? '')
    .join('');
}

/** An object alone is short for a list of it. */
function listOf(value: unknown): readonly JsonObject[] {
  return isObject(value) ? [value] : Array.isArray(value) ? value.filter(isObject) : [];
}

const uses = { AUTO: 'if-asked', VALIDATED: 'if-asked', ANY: 'always', NONE: 'never' } as const;

function readTools(body: JsonObject): ChatCall['tools'] {
  const offers = listOf(body['tools'])
    .flatMap((tool) => listOf(tool['functionDeclarations']))
    .map(readOffer);
  const calling = objectField(objectField(body, 'toolConfig') ?? {}, 'functionCallingConfig') ?? {};
  const mode = textField(calling, 'mode') ?? 'AUTO';
  const use = Object.entries(uses).find(([name]) => name === mode)?.[1];
  if (use === undefined) throw new Refusal(400, `Invalid value for 'mode': ${mode}`, { param: 'toolConfig' });
  const allowed = listField(calling, 'allowedFunctionNames') ?? [];
  const chosen = allowed.length === 0 ? offers : offers.filter(({ name }) => allowed.includes(name));
  return { offers: chosen, use, parallel: true };
}

function readOffer(declared: JsonObject): ToolOffer {
  const name = textField(declared, 'name');
  if (name === undefined) throw new Refusal(400, 'A function declaration has no name.', { param: 'tools' });
  const parameters = objectField(declared, 'parametersJsonSchema') ?? objectField(declared, 'parameters') ?? {};
  return { name, parameters: inSmallLetters(parameters) };
}

function readFormat(config: JsonObject): ResponseFormat {
  if (textField(config, 'responseMimeType') !== 'application/json') return { kind: 'text' };
  const schema = objectField(config, 'responseJsonSchema') ?? objectField(config, 'responseSchema');
  return schema === undefined ? { kind: 'json-object' } : { kind: 'json-schema', schema: inSmallLetters(schema) };
}

/** Types are written in capitals in this dialect's own schemas. */
function inSmallLetters(schema: JsonObject): JsonObject {
  const written = JSON.stringify(schema, (name, value: unknown) =>
    name === 'type' && typeof value === 'string' ? value.toLowerCase() : value,
  );
  const read: unknown = JSON.parse(written);
  return isObject(read) ? read : {};
}
