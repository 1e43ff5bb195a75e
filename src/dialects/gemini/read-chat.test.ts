import { expect, test } from 'vitest';
import { readChat } from './read-chat.ts';

const chatOf = (fields: object) => {
  const reading = readChat(JSON.stringify({ contents: [{ parts: [{ text: 'Hi' }] }], ...fields }));
  return reading.kind === 'chat' ? reading.chat : reading.param;
};
const model = (...parts: readonly object[]) => ({ role: 'model', parts });
const user = (...parts: readonly object[]) => ({ role: 'user', parts });
const call = (name: string, more: object = {}) => ({ functionCall: { name, args: {}, ...more } });
const answer = (name: string, response: object, more: object = {}) => ({
  functionResponse: { name, response, ...more },
});

test('calls without ids and their answers find each other, several of one name in their order', () => {
  const chat = chatOf({
    contents: [
      user({ text: 'Hi' }),
      model(call('a'), call('b'), call('a'), call('a', { id: 'own' })),
      user(
        answer('b', { x: 1 }),
        answer('a', { output: 'first' }),
        answer('a', {}, { id: 'own' }),
        answer('a', { error: 'No.' }),
      ),
      model(call('a')),
      user(answer('a', { output: 'last' })),
    ],
  });
  if (typeof chat === 'string') throw new Error(chat);
  const ids = chat.messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'tool-call' ? [part.id] : [])),
  );
  expect(ids).toEqual(['call_0', 'call_1', 'call_2', 'own', 'call_4']);
  const results = chat.messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'tool-result' ? [[part.callId, part.parts[0], part.failed]] : [])),
  );
  expect(results).toEqual([
    ['call_1', { kind: 'text', text: '{"x":1}' }, false],
    ['call_0', { kind: 'text', text: 'first' }, false],
    ['own', { kind: 'text', text: '{}' }, false],
    ['call_2', { kind: 'text', text: 'No.' }, true],
    ['call_4', { kind: 'text', text: 'last' }, false],
  ]);
  expect(chatOf({ contents: [user(answer('a', {}))] })).toBe('contents.0.parts.0.functionResponse');
});

test('fields may be written with underscores, and lists of one without brackets', () => {
  expect(
    chatOf({
      system_instruction: { parts: { text: 'Be brief.' } },
      contents: { parts: { inline_data: { mime_type: 'image/png', data: 'AA==' } } },
      tools: { function_declarations: { name: 'a', parameters_json_schema: { type: 'object' } } },
      tool_config: { function_calling_config: { mode: 'ANY', allowed_function_names: ['a'] } },
      generation_config: { stop_sequences: ['END'], top_p: 0.5, thinking_config: { thinking_level: 'HIGH' } },
    }),
  ).toEqual({
    system: [{ kind: 'text', text: 'Be brief.' }],
    messages: [
      { role: 'user', parts: [{ kind: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } }] },
    ],
    tools: [{ name: 'a', parameters: { type: 'object' } }],
    toolChoice: { name: 'a' },
    stop: ['END'],
    topP: 0.5,
    thinking: { effort: 'high', shown: false },
  });
});

test('schemas of OpenAPI become JSON schemas', () => {
  const responseSchema = {
    type: 'OBJECT',
    properties: {
      type: { type: 'STRING', enum: ['A'], nullable: true, format: 'enum' },
      list: { type: 'ARRAY', items: { anyOf: [{ type: 'INTEGER' }, { type: 'STRING', min_length: '2' }] } },
    },
    property_ordering: ['list'],
    required: ['type'],
  };
  expect(chatOf({ generationConfig: { responseMimeType: 'application/json', responseSchema } })).toMatchObject({
    structure: {
      kind: 'schema',
      schema: {
        type: 'object',
        properties: {
          type: { type: ['string', 'null'], enum: ['A', null] },
          list: { type: 'array', items: { anyOf: [{ type: 'integer' }, { type: 'string', minLength: 2 }] } },
        },
        required: ['type'],
      },
    },
  });
  expect(chatOf({ generationConfig: { responseMimeType: 'application/json' } })).toMatchObject({
    structure: { kind: 'json' },
  });
});

test('what has no word is told by its name', () => {
  const within = (part: object) => ({ contents: [user(part)] });
  expect(chatOf({ labels: { a: 'b' } })).toBe('labels');
  expect(chatOf({ serviceTier: 'priority' })).toBe('serviceTier');
  expect(chatOf({ generationConfig: { responseLogprobs: true } })).toBe('generationConfig.responseLogprobs');
  expect(chatOf({ generationConfig: { responseModalities: ['AUDIO'] } })).toBe('generationConfig.responseModalities');
  expect(chatOf({ generationConfig: { responseMimeType: 'text/x.enum' } })).toBe('generationConfig.responseMimeType');
  expect(chatOf({ toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['a', 'b'] } } })).toBe(
    'toolConfig.functionCallingConfig.allowedFunctionNames',
  );
  expect(chatOf(within({ fileData: { fileUri: 'gs://a/b.png', mimeType: 'image/png' } }))).toBe(
    'contents.0.parts.0.fileData.fileUri',
  );
  expect(chatOf(within({ inlineData: { data: 'AA==', mimeType: 'video/mp4' } }))).toBe(
    'contents.0.parts.0.inlineData.mimeType',
  );
  expect(chatOf(within({ executableCode: { code: 'a' } }))).toBe('contents.0.parts.0.executableCode');
  expect(chatOf({ contents: [{ role: 'system', parts: [{ text: 'a' }] }] })).toBe('contents.0.role');
});
