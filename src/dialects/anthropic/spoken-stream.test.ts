import { expect, test } from 'vitest';
import type { ChatEvent } from '#core/call/chat.ts';
import { estimatedUsage } from '#core/usage/usage.ts';
import { anthropicDialect } from './dialect.ts';
import { parseMessages } from './parse.ts';

const usage = estimatedUsage({ prompt_tokens: 7, completion_tokens: 3, method: 'test', raw: null });

function stream() {
  const body = { model: 'a', max_tokens: 1, messages: [{ role: 'user', content: 'Hi' }] };
  const parsed = parseMessages(Buffer.from(JSON.stringify(body)), {});
  if (parsed.kind !== 'call' || !anthropicDialect.translation) throw new Error('The call is malformed.');
  return anthropicDialect.translation.stream({ call: parsed.call, requestId: 'r', startedAt: 0 });
}

/** The kinds of events, each with its block. */
const shapeOf = (text: string) =>
  [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, type = '', data = '']) => {
    const index = /"index":(\d+)/.exec(data)?.[1];
    return index === undefined ? type : `${type} ${index}`;
  });

const said: readonly ChatEvent[] = [
  { kind: 'answer-start', id: 'x' },
  { kind: 'thought-delta', text: 'Hm.' },
  { kind: 'text-delta', text: 'Hello' },
  { kind: 'tool-call-start', call: 0, id: 'a', name: 'weather' },
  { kind: 'tool-call-delta', call: 0, text: '{}' },
  { kind: 'tool-call-start', call: 1, id: 'b', name: 'weather' },
];

test('every block is opened and closed once, one after the other', () => {
  const words = stream();
  const told = [...said, { kind: 'answer-stop', reason: 'tool-calls' } as const].map((event) => words.tell(event));
  expect(shapeOf(told.join('') + words.withFare(undefined, usage, {}).toString() + words.done)).toEqual([
    'message_start',
    'content_block_start 0',
    'content_block_delta 0',
    'content_block_stop 0',
    'content_block_start 1',
    'content_block_delta 1',
    'content_block_stop 1',
    'content_block_start 2',
    'content_block_delta 2',
    'content_block_stop 2',
    'content_block_start 3',
    'content_block_stop 3',
    'message_delta',
    'message_stop',
  ]);
});

test('cut off anywhere, it ends as if the limit had been reached', () => {
  for (let told = 0; told <= said.length; told += 1) {
    const words = stream();
    const before = said.slice(0, told).map((event) => words.tell(event));
    const text = before.join('') + words.cutOff(undefined, 1) + words.usage(undefined, usage, {}) + words.done;
    const shape = shapeOf(text);
    expect(shape[0]).toBe('message_start');
    expect(shape.slice(-2)).toEqual(['message_delta', 'message_stop']);
    expect(text).toContain('"stop_reason":"max_tokens"');
    const count = (type: string) => shape.filter((each) => each.startsWith(type)).length;
    expect(count('content_block_start')).toBe(count('content_block_stop'));
  }
});
