// Amazon's Bedrock. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
import { z } from 'zod';
import { endFrames, frame, framed, refuses, startBedrockUpstream, usage } from '#test/gateway/bedrock-upstream.ts';
import { whole } from '#test/gateway/own-upstream.ts';
import { objectIn, type Heard, type Said } from '../words.ts';
import { checkCalls } from './chat-completions.ts';
import { halves, joined, type Maker, patienceSeconds, refusalMessage } from './maker.ts';

const text = z.strictObject({ text: z.string().min(1) });
const bytes = z.strictObject({ bytes: z.string() });
const image = z.strictObject({
  image: z.strictObject({ format: z.enum(['png', 'jpeg', 'gif', 'webp']), source: bytes }),
});
const called = z.strictObject({
  toolUse: z.strictObject({ toolUseId: z.string().min(1), name: z.string(), input: z.looseObject({}) }),
});
const result = z.strictObject({
  toolResult: z.strictObject({ toolUseId: z.string().min(1), content: z.array(z.union([text, image])) }),
});
const reasoning = z.strictObject({
  reasoningContent: z.strictObject({
    reasoningText: z.strictObject({ text: z.string(), signature: z.literal('bedrock-sealed') }),
  }),
});
const form = z.strictObject({
  inferenceConfig: z.strictObject({ maxTokens: z.number().int().positive() }),
  system: z.array(text).min(1).optional(),
  messages: z
    .array(
      z.discriminatedUnion('role', [
        z.strictObject({ role: z.literal('user'), content: z.array(z.union([text, image, result])).min(1) }),
        z.strictObject({ role: z.literal('assistant'), content: z.array(z.union([text, reasoning, called])).min(1) }),
      ]),
    )
    .min(1),
  toolConfig: z
    .strictObject({
      tools: z
        .array(
          z.strictObject({
            toolSpec: z.strictObject({
              name: z.string(),
              description: z.string().min(1).optional(),
              inputSchema: z.strictObject({ json: z.looseObject({ type: z.literal('object') }) }),
              strict: z.boolean().optional(),
            }),
          }),
        )
        .min(1),
    })
    .optional(),
  outputConfig: z
    .strictObject({
      textFormat: z.strictObject({
        type: z.literal('json_schema'),
        structure: z.strictObject({ jsonSchema: z.strictObject({ name: z.string(), schema: z.string() }) }),
      }),
    })
    .optional(),
  additionalModelRequestFields: z
    .strictObject({
      thinking: z.strictObject({ type: z.literal('enabled'), budget_tokens: z.number().int().min(1_024) }),
    })
    .optional(),
});

const model = 'global.anthropic.claude-haiku-4-5-20251001-v1:0';

export const bedrock: Maker = {
  name: 'amazon',
  model,
  takes: [],
  charge: '0.000064',
  usage: {
    input: usage.inputTokens + usage.cacheReadInputTokens,
    cached: usage.cacheReadInputTokens,
    output: usage.outputTokens,
  },
  seal: 'bedrock-sealed',
  start: () => startBedrockUpstream('amazon'),
  hear: ({ body, path }) => {
    const [address, deed] = path().slice('/model/'.length).split('/');
    if (decodeURIComponent(address ?? '') !== model || !deed?.startsWith('converse'))
      throw new Error(`Nothing is at ${path()}.`);
    return hear(body());
  },
  answer: (upstream, said) =>
    upstream.answers((response) => {
      if (upstream.path().endsWith('/converse-stream')) {
        framed([...framesOf(said), ...endFrames(stopReasons[said.stop])])(response);
      } else {
        const output = { message: { role: 'assistant', content: blocksOf(said) } };
        whole({ output, stopReason: stopReasons[said.stop], usage, metrics: { latencyMs: 300 } })(response);
      }
    }),
  refuse: (upstream, status) =>
    upstream.answers((response) => {
      if (status === 429) response.setHeader('retry-after', String(patienceSeconds));
      refuses(status, status === 429 ? 'ThrottlingException' : 'ValidationException', refusalMessage)(response);
    }),
};

function hear(body: string): Heard {
  const { inferenceConfig, system = [], messages, toolConfig, outputConfig, ...more } = form.parse(JSON.parse(body));
  const roles = messages.map(({ role }) => role);
  if (roles.some((role, index) => role === roles[index + 1]))
    throw new Error(`Roles do not take turns: ${roles.join(' ')}.`);
  const blocks = messages.flatMap(({ content }) => [...content]);
  const calls = blocks.flatMap((block) => ('toolUse' in block ? [block.toolUse] : []));
  const results = blocks.flatMap((block) => ('toolResult' in block ? [block.toolResult] : []));
  checkCalls(
    calls.map((each) => each.toolUseId),
    results.map((each) => each.toolUseId),
  );
  if (calls.length > 0 && toolConfig === undefined) throw new Error('Tools were called and none are offered.');
  const schema = outputConfig?.textFormat.structure.jsonSchema.schema;
  return {
    system: system.map((each) => each.text).join('\n\n'),
    texts: blocks.flatMap((block) => ('text' in block ? [block.text] : [])),
    shown: blocks.flatMap((block) =>
      'image' in block ? [{ mediaType: `image/${block.image.format}`, data: block.image.source.bytes }] : [],
    ),
    calls: calls.map(({ toolUseId: id, name, input }) => ({ id, name, arguments: input })),
    results: results.map(({ toolUseId: callId, content }) => ({
      callId,
      text: content.map((each) => ('text' in each ? each.text : '')).join(''),
    })),
    tools: (toolConfig?.tools ?? []).map(({ toolSpec: { name, description = '' } }) => ({ name, description })),
    schema: schema === undefined ? undefined : objectIn(schema),
    thinks: more.additionalModelRequestFields !== undefined,
    limit: inferenceConfig.maxTokens,
  };
}

const stopReasons = { end: 'end_turn', 'tool-calls': 'tool_use', length: 'max_tokens' };

function blocksOf(said: Said): readonly object[] {
  const { thought, calls } = said;
  return [
    ...(thought === undefined
      ? []
      : [{ reasoningContent: { reasoningText: { text: thought, signature: 'bedrock-sealed' } } }]),
    ...(said.text.length === 0 ? [] : [{ text: joined(said) }]),
    ...calls.map(({ id: toolUseId, name, arguments: input }) => ({ toolUse: { toolUseId, name, input } })),
  ];
}

function framesOf({ thought, text: pieces, calls }: Said): readonly Buffer[] {
  let contentBlockIndex = -1;
  const block = (deltas: readonly object[], start?: object) => {
    contentBlockIndex += 1;
    return [
      ...(start ? [frame('contentBlockStart', { contentBlockIndex, start })] : []),
      ...deltas.map((delta) => frame('contentBlockDelta', { contentBlockIndex, delta })),
      frame('contentBlockStop', { contentBlockIndex }),
    ];
  };
  const thoughts = thought === undefined ? [] : halves(thought).map((piece) => ({ reasoningContent: { text: piece } }));
  return [
    frame('messageStart', { role: 'assistant' }),
    ...(thought === undefined ? [] : block([...thoughts, { reasoningContent: { signature: 'bedrock-sealed' } }])),
    ...(pieces.length === 0 ? [] : block(pieces.map((piece) => ({ text: piece })))),
    ...calls.flatMap(({ id: toolUseId, name, arguments: args }) =>
      block(
        halves(JSON.stringify(args)).map((input) => ({ toolUse: { input } })),
        { toolUse: { toolUseId, name } },
      ),
    ),
  ];
}
