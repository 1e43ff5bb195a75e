import { expect, test } from 'vitest';
import type { StreamEvent } from '#ports/provider.ts';
import { messageStreamReader } from './stream-reader.ts';

const event = (type: string, fields: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const delta = (fields: object) => event('content_block_delta', { index: 0, delta: fields });

const stream = [
  event('message_start', { message: { usage: { input_tokens: 3, output_tokens: 1 } } }),
  event('ping', {}),
  event('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } }),
  delta({ type: 'thinking_delta', thinking: 'Żółw "denkt" \\ ' }),
  delta({ type: 'signature_delta', signature: 'Zm9v' }),
  delta({ type: 'text_delta', text: '"usage":{"output_tokens":9}' }),
  delta({ type: 'input_json_delta', partial_json: '{"text":"a"' }),
  delta({ type: 'input_json_delta', partial_json: '' }),
  event('content_block_stop', { index: 0 }),
  event('message_delta', { delta: {}, usage: { output_tokens: 4 } }),
  event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }),
  event('message_stop', {}),
].join('');

const read = (pieces: readonly Buffer[]): readonly StreamEvent[] => {
  const reader = messageStreamReader();
  return pieces.flatMap((piece) => reader.read(piece));
};

const told = (events: readonly StreamEvent[]) =>
  events.map(({ kind, deltas, textBytes, usage }) => [kind, deltas, textBytes, usage]);

test('text, thoughts and arguments are counted, usage is read, and what ends the stream is known', () => {
  expect(told(read([Buffer.from(stream)]))).toEqual([
    ['other', 0, 0, { input_tokens: 3, output_tokens: 1 }],
    ['idle', 0, 0, undefined],
    ['other', 0, 0, undefined],
    ['content', 1, 21, undefined],
    ['other', 0, 0, undefined],
    ['content', 1, 31, undefined],
    ['content', 1, 15, undefined],
    ['content', 0, 0, undefined],
    ['other', 0, 0, undefined],
    ['other', 0, 0, { output_tokens: 4 }],
    ['usage', 0, 0, { output_tokens: 5 }],
    ['done', 0, 0, undefined],
  ]);
});

test('a stream cut at any byte gives the same events, and no byte is lost', () => {
  const bytes = Buffer.from(stream);
  const whole = told(read([bytes]));
  for (let at = 1; at < bytes.length; at += 1) {
    const events = read([bytes.subarray(0, at), bytes.subarray(at)]);
    expect(told(events)).toEqual(whole);
    expect(Buffer.concat(events.map((each) => each.bytes)).equals(bytes)).toBe(true);
  }
});
