// Anthropic. https://docs.claude.com/en/api/messages
import { z } from 'zod';
import {
  begun,
  ended,
  event,
  message,
  refuses,
  startAnthropicUpstream,
  streams,
  textBlock,
  usage,
} from '#test/gateway/anthropic-upstream.ts';
import { whole } from '#test/gateway/own-upstream.ts';
import type { Heard, Said } from '../words.ts';
import { checkCalls } from './chat-completions.ts';
import { halves, joined, type Maker, patienceSeconds } from './maker.ts';

const text = z.strictObject({ type: z.literal('text'), text: z.string().min(1) });
const image = z.strictObject({
  type: z.literal('image'),
  source: z.strictObject({ type: z.literal('base64'), media_type: z.string(), data: z.string() }),
});
const result = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().regex(/^[\w-]+$/),
  content: z.union([z.string(), z.array(z.union([text, image]))]),
});
const called = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().regex(/^[\w-]+$/),
  name: z.string(),
  input: z.looseObject({}),
});
const thinking = z.strictObject({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.literal('anthropic-sealed'),
});
const form = z.strictObject({
  model: z.literal('opus-0'),
  max_tokens: z.number().int().positive(),
  system: z.union([z.string(), z.array(text).min(1)]).optional(),
  messages: z
    .array(
      z.discriminatedUnion('role', [
        z.strictObject({
          role: z.literal('user'),
          content: z.union([z.string(), z.array(z.union([text, image, result])).min(1)]),
        }),
        z.strictObject({
          role: z.literal('assistant'),
          content: z.union([z.string(), z.array(z.union([text, thinking, called])).min(1)]),
        }),
      ]),
    )
    .min(1),
  stream: z.boolean().optional(),
  tools: z
    .array(
      z.strictObject({
        name: z.string(),
        description: z.string().optional(),
        input_schema: z.looseObject({ type: z.literal('object') }),
        strict: z.boolean().optional(),
      }),
    )
    .optional(),
  thinking: z
    .strictObject({ type: z.literal('adaptive'), display: z.enum(['summarized', 'omitted']).optional() })
    .optional(),
  output_config: z
    .strictObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional(),
      format: z.strictObject({ type: z.literal('json_schema'), schema: z.looseObject({}) }).optional(),
    })
    .optional(),
});

export const anthropic: Maker = {
  name: 'maker',
  model: 'opus-0',
  takes: ['messages'],
  charge: '0.0000725',
  usage: { input: 132, cached: 100, output: 9 },
  seal: 'anthropic-sealed',
  start: () => startAnthropicUpstream('maker'),
  hear: ({ body, headers }) => {
    if (headers()['anthropic-version'] === undefined) throw new Error('There is no version.');
    return hear(body());
  },
  answer: (upstream, said) =>
    upstream.answers((response) => {
      const isStreamed = upstream.body().includes('"stream":true');
      (isStreamed ? streams(eventsOf(said)) : whole(message(blocksOf(said), stopReasons[said.stop])))(response);
    }),
  refuse: (upstream, status) =>
    upstream.answers(
      status === 429
        ? refuses(429, 'rate_limit_error', { 'retry-after': String(patienceSeconds) })
        : refuses(status, 'invalid_request_error'),
    ),
};

function hear(body: string): Heard {
  const {
    system = '',
    messages,
    tools = [],
    thinking: thinks,
    output_config: config,
    max_tokens,
  } = form.parse(JSON.parse(body));
  const blocks = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [{ type: 'text' as const, text: content }] : [...content],
  );
  const results = blocks.flatMap((block) => (block.type === 'tool_result' ? [block] : []));
  const calls = blocks.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
  checkCalls(
    calls.map(({ id }) => id),
    results.map((each) => each.tool_use_id),
  );
  return {
    system: typeof system === 'string' ? system : system.map((each) => each.text).join('\n\n'),
    texts: blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])),
    shown: blocks.flatMap((block) =>
      block.type === 'image' ? [{ mediaType: block.source.media_type, data: block.source.data }] : [],
    ),
    calls: calls.map(({ id, name, input }) => ({ id, name, arguments: input })),
    results: results.map(({ tool_use_id: callId, content }) => ({
      callId,
      text:
        typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    })),
    tools: tools.map(({ name, description = '' }) => ({ name, description })),
    schema: config?.format?.schema,
    thinks: thinks !== undefined,
    limit: max_tokens,
  };
}

const stopReasons = { end: 'end_turn', 'tool-calls': 'tool_use', length: 'max_tokens' };

function blocksOf(said: Said): readonly object[] {
  const { thought, calls } = said;
  return [
    ...(thought === undefined ? [] : [{ type: 'thinking', thinking: thought, signature: 'anthropic-sealed' }]),
    ...(said.text.length === 0 ? [] : [{ type: 'text', text: joined(said) }]),
    ...calls.map(({ id, name, arguments: input }) => ({ type: 'tool_use', id, name, input })),
  ];
}

function eventsOf(said: Said): string {
  const { thought, calls } = said;
  let index = -1;
  const next = () => (index += 1);
  const block = (start: object, deltas: readonly object[]) => {
    const at = { index: next() };
    return [
      event('content_block_start', { ...at, content_block: start }),
      ...deltas.map((delta) => event('content_block_delta', { ...at, delta })),
      event('content_block_stop', at),
    ].join('');
  };
  const blocks = [
    thought === undefined
      ? ''
      : block({ type: 'thinking', thinking: '', signature: '' }, [
          ...halves(thought).map((piece) => ({ type: 'thinking_delta', thinking: piece })),
          { type: 'signature_delta', signature: 'anthropic-sealed' },
        ]),
    said.text.length === 0 ? '' : textBlock(next(), said.text),
    ...calls.map(({ id, name, arguments: args }) =>
      block(
        { type: 'tool_use', id, name, input: {} },
        halves(JSON.stringify(args)).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      ),
    ),
  ];
  return begun() + blocks.join('') + ended(stopReasons[said.stop], usage.output_tokens);
}
