import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openAiStreamReader } from './stream-reader.ts';

const chunk = (delta: unknown, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`;

const stream = [
  chunk({ role: 'assistant', content: '' }, { usage: null }),
  chunk({ content: 'Hello "quoted" \\ wörld' }, { usage: null }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '{"usage":{"a":1}}' } }] }),
  ': a comment\n\n',
  chunk({ reasoning_content: 'thinking' }),
  `data: ${JSON.stringify({ id: 'c', choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } })}\n\n`,
  'data: [DONE]\n\n',
];

test('a stream cut at any byte gives the same events, and no byte is lost', () => {
  const whole = Buffer.from(stream.join(''));
  const expected = openAiStreamReader().read(whole);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 12 }), (cuts) => {
      const reader = openAiStreamReader();
      const edges = [0, ...cuts.toSorted((left, right) => left - right), whole.length];
      const events = edges.slice(1).flatMap((end, index) => reader.read(whole.subarray(edges[index], end)));
      expect(events).toEqual(expected);
      expect(Buffer.concat(events.map((event) => event.bytes))).toEqual(whole);
    }),
  );
});

test('text, thoughts and tool calls count; empty deltas, comments and null usage do not', () => {
  const kinds = openAiStreamReader()
    .read(Buffer.from(stream.join('')))
    .map(({ kind, deltas }) => [kind, deltas]);
  expect(kinds).toEqual([
    ['other', 0],
    ['content', 1],
    ['content', 1],
    ['other', 0],
    ['content', 1],
    ['usage', 0],
    ['done', 0],
  ]);
});

test('usage is found where Groq and Moonshot put it, and on chunks that also carry text', () => {
  const read = (text: string) => openAiStreamReader().read(Buffer.from(text))[0];
  expect(read(chunk({}, { x_groq: { usage: { prompt_tokens: 1 } } }))?.usage).toEqual({ prompt_tokens: 1 });
  const moonshot = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, usage: { prompt_tokens: 2 } }] })}\n\n`;
  expect(read(moonshot)?.usage).toEqual({ prompt_tokens: 2 });
  const cumulative = read(chunk({ content: 'abcd' }, { usage: { prompt_tokens: 5 } }));
  expect(cumulative).toMatchObject({ kind: 'content', deltas: 1, usage: { prompt_tokens: 5 } });
});

test('an error in mid-stream is told apart, with or without an event line', () => {
  const reader = openAiStreamReader();
  const events = reader.read(Buffer.from('event: error\ndata: {"error":{"message":"boom"}}\n\n'));
  expect(events.map(({ kind }) => kind)).toEqual(['error']);
});

test('lines may end as HTTP ends them', () => {
  const events = openAiStreamReader().read(Buffer.from(stream.join('').replaceAll('\n', '\r\n')));
  expect(events.map(({ kind }) => kind).filter((kind) => kind !== 'other')).toEqual([
    'content',
    'content',
    'content',
    'usage',
    'done',
  ]);
});
