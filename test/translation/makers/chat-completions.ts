// A provider of OpenAI's chat completions, as most have it.
// https://platform.openai.com/docs/api-reference/chat/create; thoughts as DeepSeek and others tell them.
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { beginStream, type OwnUpstream, startOwnUpstream, whole } from '#test/gateway/own-upstream.ts';
import { objectIn, type Heard, type Said } from '../words.ts';
import { halves, joined, type Maker, patienceSeconds, plainUsage, refusalMessage, shownAt } from './maker.ts';

const text = z.strictObject({ type: z.literal('text'), text: z.string() });
const imageUrl = z.strictObject({ url: z.string(), detail: z.enum(['auto', 'low', 'high']).optional() });
const image = z.strictObject({ type: z.literal('image_url'), image_url: imageUrl });
const texts = z.union([z.string(), z.array(text).min(1)]);
const called = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
});
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content: texts }),
  z.strictObject({ role: z.literal('user'), content: z.union([z.string(), z.array(z.union([text, image])).min(1)]) }),
  z.strictObject({
    role: z.literal('assistant'),
    content: texts.nullish(),
    refusal: z.null().optional(),
    reasoning_content: z.string().optional(),
    tool_calls: z.array(called).min(1).optional(),
    // What its SDK keeps of an answer and sends back with it.
    parsed: z.unknown().optional(),
  }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string().min(1), content: texts }),
]);
const form = z.strictObject({
  model: z.literal('small'),
  messages: z.array(message).min(1),
  max_tokens: z.number().int().positive().optional(),
  max_completion_tokens: z.number().int().positive().optional(),
  stream: z.boolean().optional(),
  stream_options: z.strictObject({ include_usage: z.boolean() }).optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string(),
          description: z.string().optional(),
          parameters: z.object({ type: z.literal('object') }),
          strict: z.boolean().optional(),
        }),
      }),
    )
    .min(1)
    .optional(),
  response_format: z
    .strictObject({
      type: z.literal('json_schema'),
      json_schema: z.strictObject({ name: z.string(), schema: z.looseObject({}), strict: z.boolean().optional() }),
    })
    .optional(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
});

export const compatible: Maker = {
  name: 'compatible',
  model: 'small',
  takes: ['chat-completions'],
  charge: '0.000048',
  usage: plainUsage,
  start: () => startOwnUpstream('compatible'),
  hear: (upstream) => hearChat(upstream.body()),
  answer: (upstream, said) => upstream.answers((response) => answerChat(response, upstream, said)),
  refuse: (upstream, status) => upstream.answers((response) => refuseAsOpenAi(response, status)),
};

export function hearChat(body: string): Heard {
  const {
    messages,
    tools,
    response_format: format,
    reasoning_effort: effort,
    ...limits
  } = form.parse(JSON.parse(body));
  const said = messages.flatMap((each) => ('tool_calls' in each ? (each.tool_calls ?? []) : []));
  checkCalls(
    said.map(({ id }) => id),
    messages.flatMap((each) => (each.role === 'tool' ? [each.tool_call_id] : [])),
  );
  const spoken = messages.filter(({ role }) => role === 'user' || role === 'assistant');
  return {
    system: messages
      .filter(({ role }) => role === 'system' || role === 'developer')
      .flatMap(({ content }) => textsIn(content))
      .join('\n\n'),
    texts: spoken.flatMap(({ content }) => textsIn(content)).filter((each) => each !== ''),
    shown: messages.flatMap(({ content }) =>
      Array.isArray(content)
        ? content.flatMap((part) => (part.type === 'image_url' ? [shownAt(part.image_url.url)] : []))
        : [],
    ),
    calls: said.map(({ id, function: { name, arguments: args } }) => ({ id, name, arguments: objectIn(args) })),
    results: messages.flatMap((each) =>
      each.role === 'tool' ? [{ callId: each.tool_call_id, text: textsIn(each.content).join('') }] : [],
    ),
    tools: (tools ?? []).map(({ function: { name, description = '' } }) => ({ name, description })),
    schema: format?.json_schema.schema,
    thinks: effort !== undefined && effort !== 'none',
    limit: limits.max_tokens ?? limits.max_completion_tokens,
  };
}

/** Every call is answered, and nothing else is. */
export function checkCalls(made: readonly string[], answered: readonly string[]): void {
  if (made.join(' ') !== answered.join(' '))
    throw new Error(`Called ${made.join(' ')}, answered ${answered.join(' ')}.`);
  if (new Set(made).size < made.length) throw new Error(`Two calls have one id: ${made.join(' ')}.`);
}

function textsIn(content: z.infer<typeof message>['content']): readonly string[] {
  if (typeof content === 'string') return [content];
  return (content ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : []));
}

const usage = {
  prompt_tokens: 120,
  completion_tokens: 9,
  total_tokens: 129,
  prompt_tokens_details: { cached_tokens: 100 },
};
const finishReasons = { end: 'stop', 'tool-calls': 'tool_calls', length: 'length' };

export function answerChat(response: ServerResponse, upstream: OwnUpstream, said: Said): void {
  const head = { id: 'chatcmpl-1', created: 1_767_225_600, model: 'small' };
  const { thought, calls } = said;
  const finish_reason = finishReasons[said.stop];
  const thoughts = thought === undefined ? {} : { reasoning_content: thought };
  const toolCalls = calls.map(({ id, name, arguments: args }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }));
  if (!upstream.body().includes('"stream":true')) {
    const content = said.text.length === 0 ? null : joined(said);
    const answered = { role: 'assistant', content, refusal: null, ...thoughts };
    const choice = {
      index: 0,
      message: calls.length === 0 ? answered : { ...answered, tool_calls: toolCalls },
      logprobs: null,
      finish_reason,
    };
    whole({ ...head, object: 'chat.completion', choices: [choice], usage })(response);
    return;
  }
  const chunk = (delta: object, reason: string | null = null) =>
    event({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
    });
  beginStream(response);
  response.write(chunk({ role: 'assistant', content: '' }));
  if (thought !== undefined) for (const piece of halves(thought)) response.write(chunk({ reasoning_content: piece }));
  for (const content of said.text) response.write(chunk({ content }));
  const named = toolCalls.map(({ function: { name }, ...call }, index) => ({
    index,
    ...call,
    function: { name, arguments: '' },
  }));
  const begun = named.map((call) => chunk({ tool_calls: [call] }));
  // Calls that are made together may take turns.
  const pieces = [0, 1].flatMap((half) =>
    toolCalls.map((call, index) =>
      chunk({ tool_calls: [{ index, function: { arguments: halves(call.function.arguments)[half] } }] }),
    ),
  );
  response.write([...begun, ...pieces].join(''));
  response.write(chunk({}, finish_reason));
  response.end(`${event({ ...head, object: 'chat.completion.chunk', choices: [], usage })}data: [DONE]\n\n`);
}

export function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

export function refuseAsOpenAi(response: ServerResponse, status: number): void {
  const headers = {
    'content-type': 'application/json',
    ...(status === 429 ? { 'retry-after': String(patienceSeconds) } : {}),
  };
  const error = { message: refusalMessage, type: 'invalid_request_error', param: null, code: null };
  response.writeHead(status, headers).end(JSON.stringify({ error }));
}
