// Google's SDK at generateContent.
import {
  ApiError,
  type Content,
  type GenerateContentParameters,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part,
  ThinkingLevel,
} from '@google/genai';
import { type Asked, fieldOf, mapped, type Result, textAt, type Told, type Turn } from '../words.ts';
import type { Door, Manner, Speaker } from './speaker.ts';

type Back = Content;

const stops = { STOP: 'end', MAX_TOKENS: 'length' } as const;

export const gemini: Speaker<Back> = {
  name: 'Gemini',
  speaks: 'generate-content',
  keepsSeals: true,
  async ask({ url, key, model }: Door, asked: Asked, { streamed, after, more }: Manner<Back>): Promise<Told<Back>> {
    const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
    const said = requestOf(model, asked, after);
    const request = { ...said, config: { ...said.config, ...more } };
    if (!streamed) {
      const answer = await client.models.generateContent(request);
      return told([answer], answer.sdkHttpResponse?.headers?.['x-faregate-charge']);
    }
    const chunks = await Array.fromAsync(await client.models.generateContentStream(request));
    // The SDK keeps of a chunk only what it knows, so that the fare is left to the wallet.
    return told(chunks, undefined);
  },
  failed(error) {
    if (!(error instanceof ApiError)) throw error;
    const details = fieldOf(JSON.parse(error.message), 'error', 'details');
    const retry = (Array.isArray(details) ? (details as readonly unknown[]) : []).find((each) =>
      textAt(each, '@type').endsWith('.RetryInfo'),
    );
    return { status: error.status, message: error.message, retryAfter: textAt(retry, 'retryDelay').replace(/s$/, '') };
  },
};

function requestOf(model: string, asked: Asked, after: Manner<Back>['after']): GenerateContentParameters {
  const { system, turns, tools, schema, thinks, limit } = asked;
  return {
    model,
    contents: [
      ...turns.map(contentOf),
      ...(after ? [after.back, { role: 'user', parts: after.results.map(resultOf) }] : []),
    ],
    config: {
      maxOutputTokens: limit,
      ...(system === undefined ? {} : { systemInstruction: system }),
      ...(tools && {
        tools: [
          {
            functionDeclarations: tools.map(({ name, description, parameters }) => ({
              name,
              description,
              parametersJsonSchema: parameters,
            })),
          },
        ],
      }),
      ...(schema && { responseMimeType: 'application/json', responseJsonSchema: schema }),
      ...(thinks && { thinkingConfig: { includeThoughts: true, thinkingLevel: ThinkingLevel.MEDIUM } }),
    },
  };
}

function contentOf(turn: Turn): Content {
  switch (turn.who) {
    case 'user':
      return {
        role: 'user',
        parts: [
          { text: turn.text },
          ...(turn.shows ? [{ inlineData: { mimeType: turn.shows.mediaType, data: turn.shows.data } }] : []),
        ],
      };
    case 'model':
      return {
        role: 'model',
        parts: [
          ...(turn.text === undefined ? [] : [{ text: turn.text }]),
          ...(turn.calls ?? []).map(({ id, name, arguments: args }) => ({
            functionCall: { id, name, args: { ...args } },
          })),
        ],
      };
    case 'tools':
      return { role: 'user', parts: turn.results.map(resultOf) };
  }
}

function resultOf({ callId, name, text }: Result): Part {
  const named = callId === '' ? {} : { id: callId };
  return { functionResponse: { ...named, name, response: { output: text } } };
}

function told(chunks: readonly GenerateContentResponse[], charge: unknown): Told<Back> {
  const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
  const usage = chunks.at(-1)?.usageMetadata;
  const calls = parts.flatMap(({ functionCall: call }) =>
    call ? [{ id: call.id ?? '', name: call.name ?? '', arguments: call.args ?? {} }] : [],
  );
  const stop = mapped(stops, chunks.at(-1)?.candidates?.[0]?.finishReason);
  const textOf = (thought: boolean) =>
    parts.map((part) => ((part.thought ?? false) === thought ? (part.text ?? '') : '')).join('');
  return {
    thought: textOf(true),
    text: textOf(false),
    calls,
    stop: stop === 'end' && calls.length > 0 ? 'tool-calls' : stop,
    usage: {
      input: usage?.promptTokenCount ?? -1,
      cached: usage?.cachedContentTokenCount ?? 0,
      output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
    },
    charge,
    back: { role: 'model', parts },
  };
}
