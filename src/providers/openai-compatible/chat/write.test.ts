import { expect, test } from 'vitest';
import type { ChatRequest, ContentPart } from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { writeChat } from './write.ts';

const call: ModelCall = {
  kind: 'chat',
  format: 'messages',
  name: 'small',
  body: '{}',
  bodyBytes: 2,
  streamed: false,
  usageWanted: true,
  choices: 1,
  images: 0,
  attachments: 0,
  facts: {},
  extraHeaders: {},
};

function written(chat: Partial<ChatRequest>): unknown {
  const body = writeChat({ system: [], messages: [], tools: [], stop: [], ...chat }, call);
  return typeof body === 'string' ? JSON.parse(body) : body;
}

const pdf = { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' } as const;
const wav = { kind: 'base64', mediaType: 'audio/wav', data: 'UklGRg==' } as const;
const saying = (...parts: readonly ContentPart[]): Partial<ChatRequest> => ({ messages: [{ role: 'user', parts }] });

test('pictures, documents and sounds stand where the dialect has them; a mark for the cache means nothing there', () => {
  const chat = saying(
    { kind: 'image', source: { kind: 'url', url: 'https://a.example/a.png' }, detail: 'low' },
    { kind: 'document', source: pdf, name: 'a.pdf', cache: '1h' },
    { kind: 'document', source: { kind: 'text', text: 'Long.' }, name: 'A' },
    { kind: 'audio', source: wav },
  );
  expect(written(chat)).toEqual({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'https://a.example/a.png', detail: 'low' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
          { type: 'text', text: 'A\n\nLong.' },
          { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
        ],
      },
    ],
  });
});

test('what a tool shows follows behind its result', () => {
  const picture = { kind: 'image', source: { kind: 'url', url: 'https://a.example/a.png' } } as const;
  const parts = [{ kind: 'text', text: 'See.' }, picture, { kind: 'document', source: pdf }] as const;
  const result = { kind: 'tool-result', callId: 'a', parts, failed: true } as const;
  expect(written({ messages: [{ role: 'user', parts: [result] }] })).toMatchObject({
    messages: [
      { role: 'tool', tool_call_id: 'a', content: 'Error: See.\n[The image follows.]\n[The document follows.]' },
      { role: 'user', content: [{ type: 'image_url' }, { type: 'file' }] },
    ],
  });
});

test('options have the names that the dialect gives them', () => {
  const schema = { type: 'object' };
  expect(
    written({
      seed: 0,
      presencePenalty: 0.5,
      frequencyPenalty: 1,
      verbosity: 'low',
      thinking: { budget: 5_000 },
      structure: { kind: 'schema', name: 'a', schema, strict: true },
    }),
  ).toEqual({
    messages: [],
    seed: 0,
    presence_penalty: 0.5,
    frequency_penalty: 1,
    verbosity: 'low',
    reasoning_effort: 'medium',
    response_format: { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } },
  });
  expect(written({ structure: { kind: 'json' } })).toMatchObject({ response_format: { type: 'json_object' } });
});

test('what has no place is refused by its name', () => {
  expect(written({ topK: 3 })).toMatchObject({ param: 'top_k' });
  const byAddress = saying({ kind: 'document', source: { kind: 'url', url: 'https://a.example/a.pdf' } });
  expect(written(byAddress)).toMatchObject({ kind: 'untranslatable', param: 'messages' });
  const flac = saying({ kind: 'audio', source: { ...wav, mediaType: 'audio/flac' } });
  expect(written(flac)).toMatchObject({ message: expect.stringContaining('audio/flac') });
});
