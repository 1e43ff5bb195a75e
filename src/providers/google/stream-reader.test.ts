import { expect, test } from 'vitest';
import { chunkStreamReader } from './stream-reader.ts';

const chunk = (parts: readonly object[], more: object = {}) =>
  `data: ${JSON.stringify({ candidates: [{ content: { parts }, index: 0, ...more }], usageMetadata: { promptTokenCount: 3 } })}`;

// With both of the line ends that are seen, and a comment between.
const stream = Buffer.from(
  `${chunk([{ text: 'Grüß' }])}\r\n\r\n: ping\n\n${chunk([{ text: 'Hm.', thought: true }, { functionCall: { args: { a: 1 } } }])}\n\n` +
    `${chunk([{ text: 'x' }], { finishReason: 'STOP' })}\r\n\r\n${chunk([], { finishReason: 'STOP' })}\n\n`,
);

function readIn(pieces: readonly Buffer[]) {
  const reader = chunkStreamReader();
  const events = pieces.flatMap((piece) => reader.read(piece));
  return [...events, ...(reader.end?.() ?? [])];
}

test('wherever its bytes are cut, a stream has the same events, and all of its bytes', () => {
  const whole = readIn([stream]);
  expect(whole.map(({ kind, deltas, textBytes }) => [kind, deltas, textBytes])).toEqual([
    ['content', 1, 6],
    ['idle', 0, 0],
    ['content', 2, 10],
    ['content', 1, 1],
    ['usage', 0, 0],
  ]);
  for (let cut = 1; cut < stream.length; cut += 1) {
    const events = readIn([stream.subarray(0, cut), stream.subarray(cut)]);
    expect(events).toEqual(whole);
  }
  expect(Buffer.concat(whole.map(({ bytes }) => bytes))).toEqual(stream);
});

test('only the end makes a chunk the last one: until then it waits for what comes next', () => {
  const reader = chunkStreamReader();
  const ended = Buffer.from(`${chunk([{ text: 'a' }], { finishReason: 'MAX_TOKENS' })}\n\n`);
  expect(reader.read(ended)).toEqual([]);
  expect(reader.read(ended).map(({ kind }) => kind)).toEqual(['content']);
  expect(reader.end?.().map(({ kind, usage }) => [kind, usage])).toEqual([['usage', { promptTokenCount: 3 }]]);
  expect(reader.end?.()).toEqual([]);
});

test('pictures are not counted by their bytes', () => {
  const data = 'A'.repeat(10_000);
  const [event] = readIn([Buffer.from(`${chunk([{ inlineData: { mimeType: 'image/png', data } }])}\n\n`)]);
  expect(event).toMatchObject({ deltas: 1, textBytes: 0 });
});
