// What is written in a maker's words and read back by the dialect of the same maker means what it meant.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  AssistantPart,
  ChatAnswer,
  ChatEvent,
  ChatMessage,
  ChatRequest,
  ContentPart,
  ToolCallPart,
} from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import type { WireFormat } from '#core/call/wire-format.ts';
import { missingUsage } from '#core/usage/usage.ts';
import { anthropicDialect } from '#dialects/anthropic/dialect.ts';
import { cohereDialect } from '#dialects/cohere/dialect.ts';
import { geminiDialect } from '#dialects/gemini/dialect.ts';
import { openAiDialect } from '#dialects/openai/dialect.ts';
import { anthropicTranslation } from '#providers/anthropic/chat/translation.ts';
import { chatTranslation } from '#providers/cohere/chat/translation.ts';
import { geminiTranslation } from '#providers/google/chat/translation.ts';
import { openAiTranslation } from '#providers/openai-compatible/chat/translation.ts';
import type { Dialect } from '#ports/dialect.ts';
import type { ChatTranslation } from '#ports/provider.ts';
import { simulatorRow, targetOf } from '#test/gateway/twin-gateway.ts';

interface Pair {
  readonly name: string;
  readonly dialect: Dialect;
  readonly maker: ChatTranslation;
}

const pairs: readonly Pair[] = [
  { name: 'OpenAI chat', dialect: openAiDialect, maker: openAiTranslation },
  { name: 'Anthropic', dialect: anthropicDialect, maker: anthropicTranslation },
  { name: 'Gemini', dialect: geminiDialect, maker: geminiTranslation },
  { name: 'Cohere', dialect: cohereDialect, maker: chatTranslation },
];

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((each) => each.trim() !== '');
const name = fc.stringMatching(/^[a-z]\w{0,9}$/);
const json = fc.dictionary(name, fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer())), {
  maxKeys: 3,
});
const textPart = fc.record({ kind: fc.constant('text' as const), text });
const imagePart = fc.record({
  kind: fc.constant('image' as const),
  source: fc.record({
    kind: fc.constant('base64' as const),
    mediaType: fc.constantFrom('image/png', 'image/jpeg'),
    data: fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  }),
});
const called = fc.record({ name, arguments: json.map((each) => JSON.stringify(each)) });

/** What is asked, perhaps what was called and answered to it, and what is asked then. */
const messages: fc.Arbitrary<readonly ChatMessage[]> = fc
  .tuple(
    fc.array(fc.oneof(textPart, imagePart), { minLength: 1, maxLength: 3 }),
    fc.option(text),
    fc.array(fc.tuple(called, text), { maxLength: 3 }),
    fc.option(textPart),
  )
  .map(([asked, said, calls, then]) => {
    const made = calls.map(([call], index): ToolCallPart => ({ kind: 'tool-call', id: `call_${index}`, ...call }));
    const results = calls.map(([, answer], index) => ({
      kind: 'tool-result' as const,
      callId: `call_${index}`,
      parts: [{ kind: 'text' as const, text: answer }],
      failed: false,
    }));
    const spoken: readonly AssistantPart[] = [
      ...(said === null ? [] : [{ kind: 'text' as const, text: said }]),
      ...made,
    ];
    return [
      { role: 'user', parts: asked },
      ...(spoken.length === 0 ? [] : [{ role: 'assistant' as const, parts: spoken }]),
      ...(results.length === 0 ? [] : [{ role: 'user' as const, parts: results }]),
      ...(then === null ? [] : [{ role: 'user' as const, parts: [then] }]),
    ];
  });

const schema = fc.dictionary(name, fc.constantFrom({ type: 'string' }, { type: 'number' })).map((properties) => ({
  type: 'object',
  properties,
}));
const chats: fc.Arbitrary<ChatRequest> = fc.record(
  {
    system: fc.array(textPart, { maxLength: 1 }),
    messages,
    tools: fc.uniqueArray(fc.record({ name, description: text, parameters: schema }), {
      maxLength: 3,
      selector: (tool) => tool.name,
    }),
    stop: fc.array(text, { maxLength: 3 }),
    temperature: fc.constantFrom(0, 0.5, 1),
    topP: fc.constantFrom(0.1, 1),
    toolChoice: fc.constantFrom('none' as const, 'required' as const),
    structure: schema.map((each) => ({ kind: 'schema' as const, name: 'answer', schema: each })),
  },
  { requiredKeys: ['system', 'messages', 'tools', 'stop'] },
);

const answers: fc.Arbitrary<ChatAnswer> = fc
  .tuple(fc.option(text), fc.option(text), fc.array(called, { maxLength: 3 }), fc.boolean())
  .map(([thought, said, calls, isCut]) => ({
    id: 'msg_1',
    parts: [
      ...(thought === null ? [] : [{ kind: 'thought' as const, text: thought }]),
      ...(said === null ? [] : [{ kind: 'text' as const, text: said }]),
      ...calls.map((call, index) => ({ kind: 'tool-call' as const, id: `call_${index}`, ...call })),
    ],
    stop: isCut ? 'length' : calls.length > 0 ? 'tool-calls' : 'end',
  }));

function callAs(format: WireFormat, body: string, streamed = false): ModelCall {
  return {
    kind: 'chat',
    format,
    name: 'maker/model',
    body,
    bodyBytes: Buffer.byteLength(body),
    streamed,
    usageWanted: true,
    choices: 1,
    images: 0,
    attachments: 0,
    facts: {},
    extraHeaders: {},
  };
}

// Thoughts are told there to who asks for them.
const asksForThoughts = '{"generationConfig":{"thinkingConfig":{"includeThoughts":true}}}';
const usage = missingUsage({ normalizer: { id: 'none', version: '1' }, raw: null });
const target = targetOf('model', simulatorRow);

describe.each(pairs)('$name', ({ dialect, maker }) => {
  const { translation } = dialect;
  if (!translation) throw new Error(`${dialect.name} is not translated.`);
  const speaking = (streamed: boolean) => ({
    call: callAs(maker.format, asksForThoughts, streamed),
    requestId: 'request',
    startedAt: 0,
  });

  test('what is asked means the same when it is read back', () => {
    fc.assert(
      fc.property(chats, (chat) => {
        const written = maker.write(chat, callAs(maker.format, '{}'), target);
        if (typeof written !== 'string') throw new Error(`${written.param} ${written.message}`);
        const reading = translation.read(callAs(maker.format, written));
        if (reading.kind !== 'chat') throw new Error(`${reading.param} ${reading.message}`);
        expect(meaningOf(reading.chat)).toEqual(meaningOf(chat));
      }),
    );
  });

  test('what is answered means the same when it is read back', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const read = maker.answer(Buffer.from(translation.answer(answer, speaking(false), usage)));
        expect(read && { stop: read.stop, ...spoken(read.parts) }).toEqual({
          stop: answer.stop,
          ...spoken(answer.parts),
        });
      }),
    );
  });

  test('what is streamed means the same when it is read back, however it is cut and whichever calls take turns', () => {
    fc.assert(
      fc.property(answers, fc.nat(), (answer, seed) => {
        const stream = translation.stream(speaking(true));
        const fare = { charge: '0', balance: '0' };
        const told =
          eventsOf(answer, seed)
            .map((event) => stream.tell(event))
            .join('') + String(stream.withFare(undefined, usage, fare));
        const read = maker.events();
        const events = told
          .split('\n\n')
          .filter((event) => event !== '')
          .flatMap((event) => read(Buffer.from(`${event}\n\n`)));
        expect(heardIn(events)).toEqual({ stop: answer.stop, ...spoken(answer.parts) });
      }),
    );
  });
});

/** Of a call's two halves either may come before another's. */
function eventsOf({ id, parts, stop }: ChatAnswer, seed: number): readonly ChatEvent[] {
  const calls = parts.filter((part) => part.kind === 'tool-call');
  const pieces = (text_: string) => [text_.slice(0, seed % (text_.length + 1)), text_.slice(seed % (text_.length + 1))];
  return [
    { kind: 'answer-start', id },
    ...parts.flatMap((part): readonly ChatEvent[] => {
      if (part.kind === 'tool-call') return [];
      const kind = part.kind === 'text' ? 'text-delta' : 'thought-delta';
      return pieces(part.text).flatMap((text_) => (text_ === '' ? [] : [{ kind, text: text_ }]));
    }),
    ...calls.map((call, index): ChatEvent => ({ kind: 'tool-call-start', call: index, id: call.id, name: call.name })),
    ...[0, 1].flatMap((half) =>
      calls.flatMap((call, index): readonly ChatEvent[] => {
        const text_ = pieces(call.arguments)[half] ?? '';
        return text_ === '' ? [] : [{ kind: 'tool-call-delta', call: index, text: text_ }];
      }),
    ),
    { kind: 'answer-stop', reason: stop },
  ];
}

function heardIn(events: readonly ChatEvent[]): object {
  const calls = new Map<number, { name: string; text: string }>();
  let [thought, said, stop] = ['', '', ''];
  for (const event of events) {
    if (event.kind === 'thought-delta') thought += event.text;
    if (event.kind === 'text-delta') said += event.text;
    if (event.kind === 'answer-stop') stop = event.reason;
    if (event.kind === 'tool-call-start') calls.set(event.call, { name: event.name, text: '' });
    const calling = event.kind === 'tool-call-delta' ? calls.get(event.call) : undefined;
    if (calling && event.kind === 'tool-call-delta') calling.text += event.text;
  }
  return {
    stop,
    thought,
    said,
    calls: [...calls.values()].map((call) => ({ name: call.name, arguments: JSON.parse(call.text) as unknown })),
  };
}

function spoken(parts: readonly AssistantPart[]) {
  return {
    thought: parts.map((part) => (part.kind === 'thought' ? part.text : '')).join(''),
    said: parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''),
    calls: parts.flatMap((part) =>
      part.kind === 'tool-call' ? [{ name: part.name, arguments: JSON.parse(part.arguments) as unknown }] : [],
    ),
  };
}

/** How a conversation is cut into messages means nothing, and neither does the name of a schema. */
function meaningOf({ system, messages: all, tools, stop, temperature, topP, toolChoice, structure }: ChatRequest) {
  const parts = all.flatMap((message) => [...message.parts].map((part) => ({ role: message.role, part })));
  return {
    system: system.map((part) => part.text).join('\n\n'),
    // An empty text says nothing.
    parts: parts.flatMap(({ role, part }): readonly object[] => {
      if (part.kind === 'text' && part.text === '') return [];
      if (part.kind === 'tool-call') return [{ role, ...part, arguments: JSON.parse(part.arguments) as unknown }];
      if (part.kind === 'tool-result') return [{ role, ...part, parts: textIn(part.parts) }];
      return [{ role, ...part }];
    }),
    tools: tools.map((tool) => ({ name: tool.name, description: tool.description, parameters: tool.parameters })),
    stop,
    temperature,
    topP,
    // Where there are no tools there is nothing to choose.
    toolChoice: tools.length === 0 ? undefined : toolChoice,
    schema: structure?.kind === 'schema' ? structure.schema : structure,
  };
}

function textIn(parts: readonly ContentPart[]): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}
