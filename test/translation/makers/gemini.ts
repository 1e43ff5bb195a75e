// Google's Gemini. https://ai.google.dev/api/generate-content
import { z } from 'zod';
import { chunk, lastChunk, refuses, response, startGeminiUpstream } from '#test/gateway/gemini-upstream.ts';
import { beginStream, whole } from '#test/gateway/own-upstream.ts';
import type { Heard, Said } from '../words.ts';
import { checkCalls } from './chat-completions.ts';
import { halves, joined, type Maker, patienceSeconds, plainUsage } from './maker.ts';

const seal = 'Z2VtaW5pLXNlYWxlZA==';
const part = z.union([
  z.strictObject({ text: z.string(), thought: z.boolean().optional(), thoughtSignature: z.string().optional() }),
  z.strictObject({ inlineData: z.strictObject({ mimeType: z.string(), data: z.string() }) }),
  z.strictObject({
    functionCall: z.strictObject({ id: z.string().optional(), name: z.string(), args: z.looseObject({}) }),
    thoughtSignature: z.string().optional(),
  }),
  z.strictObject({
    functionResponse: z.strictObject({
      id: z.string().optional(),
      name: z.string(),
      response: z.strictObject({ output: z.string() }),
    }),
  }),
]);
const form = z.strictObject({
  systemInstruction: z.strictObject({ role: z.string().optional(), parts: z.array(part).min(1) }).optional(),
  contents: z.array(z.strictObject({ role: z.enum(['user', 'model']), parts: z.array(part).min(1) })).min(1),
  tools: z
    .array(
      z.strictObject({
        functionDeclarations: z.array(
          z.strictObject({
            name: z.string(),
            description: z.string().optional(),
            parametersJsonSchema: z.looseObject({ type: z.literal('object') }),
          }),
        ),
      }),
    )
    .optional(),
  toolConfig: z
    .strictObject({ functionCallingConfig: z.strictObject({ mode: z.enum(['AUTO', 'ANY', 'NONE', 'VALIDATED']) }) })
    .optional(),
  generationConfig: z.strictObject({
    maxOutputTokens: z.number().int().positive(),
    responseMimeType: z.literal('application/json').optional(),
    responseJsonSchema: z.looseObject({}).optional(),
    thinkingConfig: z
      .strictObject({ thinkingLevel: z.enum(['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']), includeThoughts: z.boolean() })
      .optional(),
  }),
});

export const gemini: Maker = {
  name: 'maker',
  model: 'gemini-3-pro',
  takes: ['generate-content'],
  charge: '0.000048',
  usage: plainUsage,
  seal,
  namesNoCalls: true,
  start: startGeminiUpstream,
  hear: ({ body, path }) => {
    const address = /^\/v1beta\/models\/gemini-3-pro:(?:generateContent|streamGenerateContent\?alt=sse)$/;
    if (!address.test(path())) throw new Error(`Nothing is at ${path()}.`);
    return hear(body());
  },
  answer: (upstream, said) =>
    upstream.answers((answer) => {
      if (!upstream.path().includes(':stream')) {
        whole(response(partsOf(said, [joined(said)]).flat(), finishReasons[said.stop]))(answer);
        return;
      }
      beginStream(answer);
      const parts = partsOf(said, said.text);
      for (const each of parts.slice(0, -1)) answer.write(chunk(each));
      answer.end(lastChunk(parts.at(-1) ?? [], finishReasons[said.stop]));
    }),
  refuse: (upstream, status) => {
    const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${patienceSeconds}s` };
    upstream.answers(status === 429 ? refuses(429, 'RESOURCE_EXHAUSTED', [retry]) : refuses(400, 'INVALID_ARGUMENT'));
  },
};

function hear(body: string): Heard {
  const { systemInstruction, contents, tools = [], generationConfig } = form.parse(JSON.parse(body));
  const parts = contents.flatMap((content) => content.parts);
  const calls = parts.flatMap((each) => ('functionCall' in each ? [each.functionCall] : []));
  const results = parts.flatMap((each) => ('functionResponse' in each ? [each.functionResponse] : []));
  checkCalls(
    calls.map((call, index) => call.id ?? `${call.name} ${index}`),
    results.map((result, index) => result.id ?? `${result.name} ${index}`),
  );
  for (const { role, parts: said } of contents) {
    const first = said.find((each) => 'functionCall' in each);
    if (role === 'model' && first && first.thoughtSignature === undefined) {
      // What came before the last question is not looked at.
      const last = contents.findLastIndex((each) => each.parts.some((one) => 'text' in one) && each.role === 'user');
      if (contents.findIndex((each) => each.parts === said) > last)
        throw new Error('The call has no thought_signature.');
    }
  }
  const { responseJsonSchema: schema, thinkingConfig, maxOutputTokens } = generationConfig;
  return {
    system: (systemInstruction?.parts ?? []).map((each) => ('text' in each ? each.text : '')).join('\n\n'),
    texts: parts.flatMap((each) => ('text' in each && each.thought !== true && each.text !== '' ? [each.text] : [])),
    shown: parts.flatMap((each) =>
      'inlineData' in each ? [{ mediaType: each.inlineData.mimeType, data: each.inlineData.data }] : [],
    ),
    calls: calls.map(({ id = '', name, args }) => ({ id, name, arguments: args })),
    results: results.map(({ id: callId = '', response: { output: text } }) => ({ callId, text })),
    tools: tools.flatMap((tool) =>
      tool.functionDeclarations.map(({ name, description = '' }) => ({ name, description })),
    ),
    schema,
    thinks: thinkingConfig?.includeThoughts === true,
    limit: maxOutputTokens,
  };
}

const finishReasons = { end: 'STOP', 'tool-calls': 'STOP', length: 'MAX_TOKENS' };

function partsOf({ thought, calls }: Said, text: readonly string[]): readonly (readonly object[])[] {
  const sealed = thought === undefined ? {} : { thoughtSignature: seal };
  return [
    ...(thought === undefined ? [] : [halves(thought).map((piece) => ({ text: piece, thought: true }))]),
    ...text.filter((each) => each !== '').map((each) => [{ text: each }]),
    ...(calls.length === 0
      ? []
      : [
          calls.map(({ name, arguments: args }, index) => ({
            functionCall: { name, args },
            ...(index === 0 ? sealed : {}),
          })),
        ]),
  ];
}
