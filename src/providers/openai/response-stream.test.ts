import { expect, test } from 'vitest';
import { responseStreamReader } from './response-stream.ts';

const event = (type: string, fields: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

// In the shape of the maker's own documentation of its streams.
const usage = {
  input_tokens: 37,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 11,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 48,
};
const stream = [
  event('response.created', { response: { id: 'resp_1', usage: null } }),
  event('response.output_item.added', { output_index: 0, item: { type: 'message' } }),
  event('response.reasoning_summary_text.delta', { delta: 'Hm.' }),
  event('response.output_text.delta', { delta: 'He said "hi" \\' }),
  event('response.output_text.delta', { delta: '' }),
  event('response.function_call_arguments.delta', { delta: '{"a":1}' }),
  event('response.custom_tool_call_input.delta', { delta: 'äö' }),
  event('response.output_text.done', { text: 'He said' }),
  event('response.completed', { response: { id: 'resp_1', usage } }),
].join('');

function readAll(text: string, pieceBytes: number) {
  const reader = responseStreamReader();
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
  return pieces.flatMap((piece) => reader.read(piece));
}

test('a stream is read the same wherever its bytes are cut', () => {
  const whole = readAll(stream, stream.length * 2);
  expect(whole.map(({ kind }) => kind)).toEqual([
    'other',
    'other',
    'content',
    'content',
    'content',
    'content',
    'content',
    'other',
    'usage',
  ]);
  expect(whole.map(({ deltas }) => deltas)).toEqual([0, 0, 1, 1, 0, 1, 1, 0, 0]);
  expect(whole.at(-1)?.usage).toEqual(usage);
  for (let bytes = 1; bytes < 80; bytes += 1) {
    const cut = readAll(stream, bytes);
    expect(cut).toEqual(whole);
    expect(Buffer.concat(cut.map((each) => each.bytes)).toString()).toBe(stream);
  }
});

test('how a stream ends is told: incomplete, failed with what it used, broken, or as others end theirs', () => {
  const one = (text: string) => readAll(text, 1_000)[0];
  expect(one(event('response.incomplete', { response: { usage } }))).toMatchObject({ kind: 'usage', usage });
  expect(one(event('response.completed', { response: { usage: null } }))).toMatchObject({ kind: 'usage', usage: {} });
  expect(one(event('response.failed', { response: { usage } }))).toMatchObject({ kind: 'error', usage });
  expect(one(event('response.failed', { response: { usage: null } }))?.usage).toBeUndefined();
  expect(one(event('error', { message: 'Overloaded' }))?.kind).toBe('error');
  expect(one('data: [DONE]\n\n')?.kind).toBe('done');
  expect(one(': ping\n\n')?.kind).toBe('idle');
  expect(one('data: {"type":"response.output_text.delta","delta":"Hi"}\n\n')).toMatchObject({
    deltas: 1,
    textBytes: 2,
  });
});
