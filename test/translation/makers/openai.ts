// OpenAI itself: chat completions and, as its own form, responses. https://platform.openai.com/docs/api-reference/responses
import { z } from 'zod';
import { responseObject } from '#test/gateway/response-events.ts';
import { beginStream, startOwnUpstream, whole } from '#test/gateway/own-upstream.ts';
import { objectIn, type Heard, type Said } from '../words.ts';
import { answerChat, checkCalls, hearChat, refuseAsOpenAi } from './chat-completions.ts';
import { halves, joined, type Maker, plainUsage, shownAt } from './maker.ts';

export const openAi: Maker = {
  name: 'openai',
  model: 'small',
  takes: ['chat-completions', 'responses'],
  charge: '0.000048',
  usage: plainUsage,
  seal: 'gAAAAopenai-sealed',
  async start() {
    const own = await startOwnUpstream('openai');
    return { ...own, provider: { ...own.provider, adapter: 'openai' } };
  },
  hear: (upstream) =>
    upstream.path().endsWith('/responses') ? hearResponse(upstream.body()) : hearChat(upstream.body()),
  answer: (upstream, said) =>
    upstream.answers((response) => {
      if (!upstream.path().endsWith('/responses')) {
        answerChat(response, upstream, said);
      } else if (upstream.body().includes('"stream":true')) {
        beginStream(response);
        response.end(eventsOf(said));
      } else whole(answered(said))(response);
    }),
  refuse: (upstream, status) => upstream.answers((response) => refuseAsOpenAi(response, status)),
};

const content = z.union([
  z.string(),
  z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('input_text'), text: z.string() }),
        z.looseObject({ type: z.literal('output_text'), text: z.string() }),
        z.strictObject({ type: z.literal('input_image'), image_url: z.string(), detail: z.string() }),
      ]),
    )
    .min(1),
]);
const item = z.union([
  z.strictObject({
    type: z.literal('message').optional(),
    id: z.string().optional(),
    status: z.string().optional(),
    role: z.enum(['user', 'assistant', 'system', 'developer']),
    content,
  }),
  z.strictObject({
    type: z.literal('reasoning'),
    id: z.string(),
    summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })),
    encrypted_content: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('function_call'),
    id: z.string().optional(),
    status: z.string().optional(),
    call_id: z.string().min(1),
    name: z.string().min(1),
    arguments: z.string(),
    // What its SDK keeps of an answer and sends back with it.
    parsed_arguments: z.unknown().optional(),
  }),
  z.strictObject({ type: z.literal('function_call_output'), call_id: z.string().min(1), output: z.string() }),
]);
const form = z.strictObject({
  model: z.literal('small'),
  input: z.array(item).min(1),
  instructions: z.string().optional(),
  store: z.boolean().optional(),
  stream: z.boolean().optional(),
  max_output_tokens: z.number().int().positive().optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        name: z.string(),
        description: z.string().optional(),
        parameters: z.looseObject({}),
        strict: z.boolean(),
      }),
    )
    .optional(),
  text: z
    .strictObject({
      format: z.strictObject({
        type: z.literal('json_schema'),
        name: z.string(),
        schema: z.looseObject({}),
        strict: z.boolean().optional(),
      }),
    })
    .optional(),
  reasoning: z.strictObject({ effort: z.string(), summary: z.string().optional() }).optional(),
  include: z.array(z.literal('reasoning.encrypted_content')).optional(),
});

function hearResponse(body: string): Heard {
  const {
    input,
    instructions = '',
    tools = [],
    text,
    reasoning,
    max_output_tokens: limit,
  } = form.parse(JSON.parse(body));
  const calls = input.flatMap((each) => (each.type === 'function_call' ? [each] : []));
  const outputs = input.flatMap((each) => (each.type === 'function_call_output' ? [each] : []));
  checkCalls(
    calls.map((each) => each.call_id),
    outputs.map((each) => each.call_id),
  );
  const parts = input.flatMap((each) => {
    if (!('content' in each)) return [];
    return typeof each.content === 'string' ? [{ type: 'input_text' as const, text: each.content }] : each.content;
  });
  return {
    system: instructions,
    texts: parts.flatMap((part) => (part.type === 'input_image' ? [] : [part.text])),
    shown: parts.flatMap((part) => (part.type === 'input_image' ? [shownAt(part.image_url)] : [])),
    calls: calls.map((each) => ({ id: each.call_id, name: each.name, arguments: objectIn(each.arguments) })),
    results: outputs.map((each) => ({ callId: each.call_id, text: each.output })),
    tools: tools.map(({ name, description = '' }) => ({ name, description })),
    schema: text?.format.schema,
    thinks: reasoning !== undefined,
    limit,
  };
}

const usage = {
  input_tokens: 120,
  input_tokens_details: { cached_tokens: 100 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 129,
};

function outputOf({ thought, calls, ...said }: Said): readonly object[] {
  const summary = [{ type: 'summary_text', text: thought }];
  return [
    ...(thought === undefined ? [] : [{ id: 'rs_1', type: 'reasoning', summary, encrypted_content: openAi.seal }]),
    ...(said.text.length === 0
      ? []
      : [
          {
            id: 'msg_1',
            type: 'message',
            status: 'completed',
            role: 'assistant',
            content: [{ type: 'output_text', text: said.text.join(''), annotations: [], logprobs: [] }],
          },
        ]),
    ...calls.map(({ id, name, arguments: args }, index) => ({
      id: `fc_${index}`,
      type: 'function_call',
      status: 'completed',
      call_id: id,
      name,
      arguments: JSON.stringify(args),
    })),
  ];
}

function answered(said: Said): object {
  const end =
    said.stop === 'length' ? { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } } : {};
  return responseObject({ output: outputOf(said), usage, ...end });
}

function eventsOf(said: Said): string {
  const begun = responseObject({ status: 'in_progress', usage: null });
  const events: (readonly [string, object])[] = [['response.created', { response: begun }]];
  for (const [output_index, whole_] of outputOf(said).entries()) {
    const item_ = whole_ as { readonly id: string; readonly type: string; readonly arguments?: string };
    const place = { item_id: item_.id, output_index };
    if (item_.type === 'reasoning') {
      const at = { ...place, summary_index: 0 };
      const text = said.thought ?? '';
      events.push(
        ['response.output_item.added', { output_index, item: { ...item_, summary: [], encrypted_content: '' } }],
        ['response.reasoning_summary_part.added', { ...at, part: { type: 'summary_text', text: '' } }],
        ...halves(text).map((delta) => ['response.reasoning_summary_text.delta', { ...at, delta }] as const),
        ['response.reasoning_summary_text.done', { ...at, text }],
        ['response.reasoning_summary_part.done', { ...at, part: { type: 'summary_text', text } }],
      );
    } else if (item_.type === 'message') {
      const at = { ...place, content_index: 0 };
      const part = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });
      events.push(
        ['response.output_item.added', { output_index, item: { ...item_, status: 'in_progress', content: [] } }],
        ['response.content_part.added', { ...at, part: part('') }],
        ...said.text.map((delta) => ['response.output_text.delta', { ...at, delta, logprobs: [] }] as const),
        ['response.output_text.done', { ...at, text: joined(said), logprobs: [] }],
        ['response.content_part.done', { ...at, part: part(joined(said)) }],
      );
    } else {
      const { arguments: args = '' } = item_;
      events.push(
        ['response.output_item.added', { output_index, item: { ...item_, status: 'in_progress', arguments: '' } }],
        ...halves(args).map((delta) => ['response.function_call_arguments.delta', { ...place, delta }] as const),
        ['response.function_call_arguments.done', { ...place, arguments: args }],
      );
    }
    events.push(['response.output_item.done', { output_index, item: item_ }]);
  }
  events.push([said.stop === 'length' ? 'response.incomplete' : 'response.completed', { response: answered(said) }]);
  return events
    .map(
      ([type, fields], sequence_number) =>
        `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...fields })}\n\n`,
    )
    .join('');
}
