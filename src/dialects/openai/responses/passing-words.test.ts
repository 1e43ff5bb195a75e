import { expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import { estimatedUsage } from '#core/usage/usage.ts';
import { PassingResponse } from './passing-words.ts';

const usage = estimatedUsage({ prompt_tokens: 3, completion_tokens: 2, method: 'streamed_text', raw: null });
const fare = { charge: '0.1' };

let number = 0;
const event = (type: string, fields: object) => {
  number += 1;
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number, ...fields })}\n\n`);
};
const begun = () =>
  event('response.created', { response: { id: 'resp_1', object: 'response', status: 'in_progress' } });
const eventsIn = (text: string) =>
  text
    .split('\n\n')
    .filter((each) => each !== '')
    .map((each) => JSON.parse(each.slice(each.indexOf('data: ') + 'data: '.length)) as Record<string, unknown>);

test('whatever is open is closed where a stream is cut off, and the last event has all that was read', () => {
  const words = new PassingResponse('request');
  const call = { id: 'fc_1', type: 'function_call', call_id: 'a', name: 'weather', arguments: '' };
  const custom = { id: 'ctc_1', type: 'custom_tool_call', call_id: 'b', name: 'patch', input: '' };
  const passed = [
    begun(),
    event('response.output_item.added', { output_index: 0, item: { id: 'rs_1', type: 'reasoning', summary: [] } }),
    event('response.reasoning_summary_text.delta', { output_index: 0, delta: 'Hm.' }),
    event('response.output_item.added', { output_index: 1, item: call }),
    event('response.output_item.added', { output_index: 2, item: custom }),
    event('response.function_call_arguments.delta', { output_index: 1, delta: '{"city":' }),
    event('response.custom_tool_call_input.delta', { output_index: 2, delta: '*** ' }),
    event('response.output_item.done', {
      output_index: 3,
      item: { id: 'msg_1', type: 'message', status: 'completed' },
    }),
  ];
  // Events come in pieces of any number.
  words.hear(Buffer.concat(passed.slice(0, 3)));
  for (const each of passed.slice(3)) words.hear(each);
  const told = eventsIn(words.cutOff(passed.at(-1)) + words.usage(passed.at(-1), usage, fare));
  expect(told.map(({ type }) => type)).toEqual([
    'response.output_item.done',
    'response.function_call_arguments.done',
    'response.output_item.done',
    'response.custom_tool_call_input.done',
    'response.output_item.done',
    'response.incomplete',
  ]);
  expect(told.map((each) => each['sequence_number'])).toEqual([1, 2, 3, 4, 5, 6].map((each) => number + each));
  expect(told.at(-1)?.['response']).toMatchObject({
    id: 'resp_1',
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    output: [
      { id: 'rs_1', summary: [{ text: 'Hm.' }] },
      { id: 'fc_1', status: 'incomplete', arguments: '{"city":' },
      { id: 'ctc_1', status: 'incomplete', input: '*** ' },
      { id: 'msg_1', status: 'completed' },
    ],
    usage: { input_tokens: 3, output_tokens: 2 },
    faregate: fare,
  });
});

test('an answer that is longer than what is kept of it ends as an incomplete response all the same', () => {
  const words = new PassingResponse('request');
  words.hear(begun());
  const last = event('response.output_text.delta', { output_index: 0, delta: 'x'.repeat(17 * 1_048_576) });
  words.hear(last);
  const [end] = eventsIn(words.cutOff(last) + words.usage(last, usage, fare));
  expect(end).toMatchObject({ type: 'response.incomplete', sequence_number: number + 1, response: { id: 'resp_1' } });
});

test('a failure is told in both of the ways in which clients look for it', () => {
  const words = new PassingResponse('request');
  words.hear(begun());
  const told = eventsIn(words.failure(new Failure('upstream_failed', 'It broke off.')));
  expect(told).toMatchObject([
    { type: 'response.failed', response: { id: 'resp_1', status: 'failed', error: { message: 'It broke off.' } } },
    { type: 'error', code: 'upstream_failed', message: 'It broke off.', param: null, request_id: 'request' },
  ]);
});

test('the last event of the provider says what it cost, and one that nobody can read stays as it is', () => {
  const words = new PassingResponse('request');
  const [told] = eventsIn(String(words.withFare(event('response.completed', { response: { id: 'a' } }), usage, fare)));
  expect(told).toMatchObject({ type: 'response.completed', response: { id: 'a', faregate: fare } });
  const odd = Buffer.from('data: {\n\n');
  expect(words.withFare(odd, usage, fare)).toBe(odd);
  expect(words.withFare(undefined, usage, fare)).toBe('');
});
