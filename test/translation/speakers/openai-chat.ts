// OpenAI's SDK at chat completions.
import OpenAI, { APIError } from 'openai';
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { type Asked, fieldOf, mapped, objectIn, type Result, textAt, type Told, type Turn } from '../words.ts';
import { dataUrl, type Door, type Manner, type Speaker } from './speaker.ts';

type Back = ChatCompletionMessageParam;

const stops = { stop: 'end', tool_calls: 'tool-calls', length: 'length' } as const;

export const openAiChat: Speaker<Back> = {
  name: 'OpenAI chat',
  speaks: 'chat-completions',
  keepsSeals: true,
  async ask({ url, key, model }: Door, asked: Asked, { streamed, after, more }: Manner<Back>): Promise<Told<Back>> {
    const client = new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });
    const request = { ...requestOf(model, asked, after), ...more };
    if (!streamed) {
      const { data, response } = await client.chat.completions.create(request).withResponse();
      return told(data, fieldOf(data, 'choices', 0, 'message'), response.headers.get('x-faregate-charge'));
    }
    const stream = client.chat.completions.stream({ ...request, stream_options: { include_usage: true } });
    const chunks = await Array.fromAsync(stream);
    const final = await stream.finalChatCompletion();
    const deltas = chunks.map((chunk) => fieldOf(chunk, 'choices', 0, 'delta'));
    // The SDK puts together what it knows; thoughts are the caller's to keep.
    const reasoning_content = deltas.map((delta) => textAt(delta, 'reasoning_content')).join('');
    const reasoning_details = deltas.flatMap((delta) => {
      const details = fieldOf(delta, 'reasoning_details');
      return Array.isArray(details) ? (details as readonly unknown[]) : [];
    });
    const message = {
      ...final.choices[0]?.message,
      ...(reasoning_content === '' ? {} : { reasoning_content }),
      ...(reasoning_details.length === 0 ? {} : { reasoning_details }),
    };
    return told(final, message, fieldOf(chunks.at(-1), 'faregate', 'charge'));
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
): Omit<ChatCompletionCreateParamsNonStreaming, 'stream'> {
  const { system, turns, tools, schema, thinks, limit } = asked;
  return {
    model,
    max_completion_tokens: limit,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
      ...turns.flatMap(messagesOf),
      ...(after ? [after.back, ...after.results.map(resultOf)] : []),
    ],
    ...(tools && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: 'function' as const,
        function: { name, description, parameters: { ...parameters } },
      })),
    }),
    ...(schema && {
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'answer', schema: { ...schema }, strict: true },
      },
    }),
    ...(thinks && { reasoning_effort: 'medium' as const }),
  };
}

function messagesOf(turn: Turn): readonly ChatCompletionMessageParam[] {
  switch (turn.who) {
    case 'user':
      if (!turn.shows) return [{ role: 'user', content: turn.text }];
      return [
        {
          role: 'user',
          content: [
            { type: 'text', text: turn.text },
            { type: 'image_url', image_url: { url: dataUrl(turn.shows) } },
          ],
        },
      ];
    case 'model':
      return [
        {
          role: 'assistant',
          content: turn.text ?? null,
          ...(turn.calls && {
            tool_calls: turn.calls.map(({ id, name, arguments: args }) => ({
              id,
              type: 'function' as const,
              function: { name, arguments: JSON.stringify(args) },
            })),
          }),
        },
      ];
    case 'tools':
      return turn.results.map(resultOf);
  }
}

function resultOf({ callId, text }: Result): ChatCompletionMessageParam {
  return { role: 'tool', tool_call_id: callId, content: text };
}

function told(completion: OpenAI.ChatCompletion, message: unknown, charge: unknown): Told<Back> {
  const [choice] = completion.choices;
  const calls = choice?.message.tool_calls ?? [];
  const { usage } = completion;
  return {
    thought: textAt(message, 'reasoning_content'),
    text: choice?.message.content ?? '',
    calls: calls.flatMap((call) =>
      call.type === 'function'
        ? [{ id: call.id, name: call.function.name, arguments: objectIn(call.function.arguments) }]
        : [],
    ),
    stop: mapped(stops, choice?.finish_reason),
    usage: {
      input: usage?.prompt_tokens ?? -1,
      cached: usage?.prompt_tokens_details?.cached_tokens ?? 0,
      output: usage?.completion_tokens ?? -1,
    },
    charge,
    back: message as Back,
  };
}
