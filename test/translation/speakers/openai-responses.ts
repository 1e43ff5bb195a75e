// OpenAI's SDK at responses, without state, as its agents use it.
import OpenAI, { APIError } from 'openai';
import type { ResponseCreateParamsNonStreaming, ResponseInputItem } from 'openai/resources/responses/responses';
import { type Asked, fieldOf, objectIn, type Result, type Told, type Turn } from '../words.ts';
import { dataUrl, type Door, type Manner, type Speaker } from './speaker.ts';

type Back = readonly ResponseInputItem[];

export const openAiResponses: Speaker<Back> = {
  name: 'OpenAI responses',
  speaks: 'responses',
  keepsSeals: true,
  async ask({ url, key, model }: Door, asked: Asked, { streamed, after, more }: Manner<Back>): Promise<Told<Back>> {
    const client = new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });
    const request = { ...requestOf(model, asked, after), ...more };
    if (!streamed) {
      const { data, response } = await client.responses.create(request).withResponse();
      return told(data, response.headers.get('x-faregate-charge'));
    }
    const stream = client.responses.stream(request);
    const events = await Array.fromAsync(stream);
    const numbers = events.map(({ sequence_number }) => sequence_number);
    if (numbers.some((number, index) => number !== index)) throw new Error(`Not in order: ${numbers.join(' ')}`);
    return told(await stream.finalResponse(), fieldOf(events.at(-1), 'response', 'faregate', 'charge'));
  },
  failed(error) {
    if (!(error instanceof APIError)) throw error;
    const { status, headers, message } = error as APIError<number, Headers>;
    return { status, message, retryAfter: headers.get('retry-after') };
  },
};

function requestOf(
  model: string,
  asked: Asked,
  after: Manner<Back>['after'],
): Omit<ResponseCreateParamsNonStreaming, 'stream'> {
  const { system, turns, tools, schema, thinks, limit } = asked;
  return {
    model,
    store: false,
    max_output_tokens: limit,
    ...(system === undefined ? {} : { instructions: system }),
    input: [...turns.flatMap(itemsOf), ...(after ? [...after.back, ...after.results.map(resultOf)] : [])],
    ...(tools && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: 'function' as const,
        name,
        description,
        parameters: { ...parameters },
        strict: false,
      })),
    }),
    ...(schema && {
      text: { format: { type: 'json_schema' as const, name: 'answer', schema: { ...schema }, strict: true } },
    }),
    ...(thinks && {
      reasoning: { effort: 'medium' as const, summary: 'auto' as const },
      include: ['reasoning.encrypted_content' as const],
    }),
  };
}

function itemsOf(turn: Turn): readonly ResponseInputItem[] {
  switch (turn.who) {
    case 'user':
      return [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: turn.text },
            ...(turn.shows
              ? [{ type: 'input_image' as const, detail: 'auto' as const, image_url: dataUrl(turn.shows) }]
              : []),
          ],
        },
      ];
    case 'model':
      return [
        ...(turn.text === undefined ? [] : [{ role: 'assistant' as const, content: turn.text }]),
        ...(turn.calls ?? []).map(({ id, name, arguments: args }) => ({
          type: 'function_call' as const,
          call_id: id,
          name,
          arguments: JSON.stringify(args),
        })),
      ];
    case 'tools':
      return turn.results.map(resultOf);
  }
}

function resultOf({ callId, text }: Result): ResponseInputItem {
  return { type: 'function_call_output', call_id: callId, output: text };
}

function told(response: OpenAI.Responses.Response, charge: unknown): Told<Back> {
  const { output, usage, status, incomplete_details: why } = response;
  const calls = output.flatMap((item) =>
    item.type === 'function_call' ? [{ id: item.call_id, name: item.name, arguments: objectIn(item.arguments) }] : [],
  );
  const isCut = status === 'incomplete' && why?.reason === 'max_output_tokens';
  if (status !== 'completed' && !isCut) throw new Error(`It ended as ${String(status)}.`);
  return {
    thought: output.flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text }) => text) : [])).join(''),
    text: output
      .flatMap((item) => (item.type === 'message' ? item.content : []))
      .map((part) => (part.type === 'output_text' ? part.text : ''))
      .join(''),
    calls,
    stop: isCut ? 'length' : calls.length > 0 ? 'tool-calls' : 'end',
    usage: {
      input: usage?.input_tokens ?? -1,
      cached: usage?.input_tokens_details.cached_tokens ?? 0,
      output: usage?.output_tokens ?? -1,
    },
    charge,
    back: output as unknown as Back,
  };
}
