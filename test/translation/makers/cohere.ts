// Cohere. https://docs.cohere.com/reference/chat
import { z } from 'zod';
import {
  answer,
  begun,
  ended,
  event,
  startCohereUpstream,
  streams,
  textBlock,
  usage,
} from '#test/gateway/cohere-upstream.ts';
import { whole } from '#test/gateway/own-upstream.ts';
import { objectIn, type Heard, type Said } from '../words.ts';
import { checkCalls } from './chat-completions.ts';
import { halves, type Maker, patienceSeconds, refusalMessage, shownAt } from './maker.ts';

const text = z.strictObject({ type: z.literal('text'), text: z.string() });
const thinking = z.strictObject({ type: z.literal('thinking'), thinking: z.string() });
const imageUrl = z.strictObject({ url: z.string(), detail: z.enum(['auto', 'low', 'high']).optional() });
const image = z.strictObject({ type: z.literal('image_url'), image_url: imageUrl });
const called = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
});
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string() }),
  z.strictObject({ role: z.literal('user'), content: z.union([z.string(), z.array(z.union([text, image])).min(1)]) }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(z.union([text, thinking]))]).optional(),
    tool_plan: z.string().optional(),
    tool_calls: z.array(called).min(1).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string().min(1), content: z.string() }),
]);
const form = z.strictObject({
  model: z.literal('command'),
  messages: z.array(message).min(1),
  stream: z.boolean().optional(),
  max_tokens: z.number().int().positive(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string(),
          description: z.string().optional(),
          parameters: z.looseObject({ type: z.literal('object') }),
        }),
      }),
    )
    .optional(),
  strict_tools: z.boolean().optional(),
  response_format: z.strictObject({ type: z.literal('json_object'), json_schema: z.looseObject({}) }).optional(),
  thinking: z.strictObject({ type: z.literal('enabled'), token_budget: z.number().int().optional() }).optional(),
});

export const cohere: Maker = {
  name: 'maker',
  model: 'command',
  takes: ['chat-v2'],
  charge: '0.000038',
  usage: { input: usage.billed_units.input_tokens, cached: 0, output: usage.billed_units.output_tokens },
  start: () => startCohereUpstream('maker'),
  hear: ({ body, path }) => {
    if (path() !== '/v2/chat') throw new Error(`Nothing is at ${path()}.`);
    return hear(body());
  },
  answer: (upstream, said) =>
    upstream.answers((response) => {
      const isStreamed = upstream.body().includes('"stream":true');
      const finish_reason = finishReasons[said.stop];
      const whole_ = { ...answer, finish_reason, message: { role: 'assistant', ...messageOf(said) } };
      (isStreamed ? streams(eventsOf(said) + ended(finish_reason)) : whole(whole_))(response);
    }),
  refuse: (upstream, status) =>
    upstream.answers((response) => {
      const patience = status === 429 ? { 'retry-after': String(patienceSeconds) } : {};
      response.writeHead(status, { 'content-type': 'application/json', ...patience });
      response.end(JSON.stringify({ id: 'a', message: refusalMessage }));
    }),
};

function hear(body: string): Heard {
  const { messages, tools = [], response_format: format, thinking: thinks, max_tokens } = form.parse(JSON.parse(body));
  const calls = messages.flatMap((each) => (each.role === 'assistant' ? (each.tool_calls ?? []) : []));
  const results = messages.flatMap((each) => (each.role === 'tool' ? [each] : []));
  checkCalls(
    calls.map(({ id }) => id),
    results.map((each) => each.tool_call_id),
  );
  const spoken = messages.filter(({ role }) => role === 'user' || role === 'assistant');
  const parts = spoken.flatMap(({ content = [] }) =>
    typeof content === 'string' ? [{ type: 'text' as const, text: content }] : [...content],
  );
  return {
    system: messages.flatMap((each) => (each.role === 'system' ? [each.content] : [])).join('\n\n'),
    texts: parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).filter((each) => each !== ''),
    shown: parts.flatMap((part) => (part.type === 'image_url' ? [shownAt(part.image_url.url)] : [])),
    calls: calls.map(({ id, function: { name, arguments: args } }) => ({ id, name, arguments: objectIn(args) })),
    results: results.map((each) => ({ callId: each.tool_call_id, text: each.content })),
    tools: tools.map(({ function: { name, description = '' } }) => ({ name, description })),
    schema: format?.json_schema,
    thinks: thinks !== undefined,
    limit: max_tokens,
  };
}

const finishReasons = { end: 'COMPLETE', 'tool-calls': 'TOOL_CALL', length: 'MAX_TOKENS' };

function messageOf({ thought, calls, text: pieces }: Said): object {
  return {
    content: [
      ...(thought === undefined ? [] : [{ type: 'thinking', thinking: thought }]),
      ...(pieces.length === 0 ? [] : [{ type: 'text', text: pieces.join('') }]),
    ],
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, arguments: args }) => ({
            id,
            type: 'function',
            function: { name, arguments: JSON.stringify(args) },
          })),
        }),
  };
}

function eventsOf(said: Said): string {
  const { thought, calls } = said;
  let index = -1;
  const next = () => (index += 1);
  const thoughts = () => {
    const at = { index: next() };
    return [
      event('content-start', { ...at, delta: { message: { content: { type: 'thinking', thinking: '' } } } }),
      ...halves(thought ?? '').map((piece) =>
        event('content-delta', { ...at, delta: { message: { content: { thinking: piece } } } }),
      ),
      event('content-end', at),
    ].join('');
  };
  const thought_ = thought === undefined ? '' : thoughts();
  const text_ = said.text.length === 0 ? '' : textBlock(said.text, next());
  const callEvents = calls.map(({ id, name, arguments: args }) => {
    const at = { index: next() };
    const started = { id, type: 'function', function: { name, arguments: '' } };
    return [
      event('tool-call-start', { ...at, delta: { message: { tool_calls: started } } }),
      ...halves(JSON.stringify(args)).map((piece) =>
        event('tool-call-delta', { ...at, delta: { message: { tool_calls: { function: { arguments: piece } } } } }),
      ),
      event('tool-call-end', at),
    ].join('');
  });
  return begun + thought_ + text_ + callEvents.join('');
}
