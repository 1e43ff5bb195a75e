// Anthropic's SDK at messages.
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import type {
  ContentBlockParam,
  Message,
  MessageCreateParamsNonStreaming,
  MessageParam,
} from '@anthropic-ai/sdk/resources/messages';
import { type Asked, fieldOf, mapped, type Result, type Told, type Turn } from '../words.ts';
import type { Door, Manner, Speaker } from './speaker.ts';

type Back = MessageParam;

const stops = { end_turn: 'end', tool_use: 'tool-calls', max_tokens: 'length' } as const;

export const anthropicMessages: Speaker<Back> = {
  name: 'Anthropic messages',
  speaks: 'messages',
  keepsSeals: true,
  async ask({ url, key, model }: Door, asked: Asked, { streamed, after, more }: Manner<Back>): Promise<Told<Back>> {
    const client = new Anthropic({ apiKey: key, authToken: null, baseURL: url, maxRetries: 0 });
    const request = { ...requestOf(model, asked, after), ...more };
    if (!streamed) {
      const { data, response } = await client.messages.create(request).withResponse();
      return told(data, response.headers.get('x-faregate-charge'));
    }
    const stream = client.messages.stream(request);
    let charge: unknown;
    let open: number | undefined;
    for await (const event of stream) {
      if (event.type === 'message_delta') charge = fieldOf(event, 'faregate', 'charge');
      // The SDK itself would put together what is out of turn.
      if (event.type === 'content_block_start') {
        if (open !== undefined) throw new Error(`Block ${event.index} began within ${open}.`);
        open = event.index;
      }
      if (event.type === 'content_block_delta' && event.index !== open)
        throw new Error(`Block ${event.index} is not open.`);
      if (event.type === 'content_block_stop') open = undefined;
    }
    return told(await stream.finalMessage(), charge);
  },
  failed(error) {
    if (!(error instanceof APIError)) throw error;
    const { status, headers, message } = error as APIError<number, Headers>;
    return { status, message, retryAfter: headers.get('retry-after') };
  },
};

function requestOf(model: string, asked: Asked, after: Manner<Back>['after']): MessageCreateParamsNonStreaming {
  const { system, turns, tools, schema, thinks, limit } = asked;
  const config = {
    ...(thinks && { effort: 'medium' as const }),
    ...(schema && { format: { type: 'json_schema' as const, schema: { ...schema } } }),
  };
  return {
    model,
    max_tokens: limit,
    ...(system === undefined ? {} : { system }),
    messages: [
      ...turns.map(messageOf),
      ...(after ? [after.back, { role: 'user' as const, content: after.results.map(resultOf) }] : []),
    ],
    ...(tools && {
      tools: tools.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: { type: 'object' as const, ...parameters },
      })),
    }),
    ...(thinks && { thinking: { type: 'adaptive' as const } }),
    ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
  };
}

function messageOf(turn: Turn): MessageParam {
  switch (turn.who) {
    case 'user': {
      if (!turn.shows) return { role: 'user', content: turn.text };
      const { mediaType, data } = turn.shows;
      if (mediaType !== 'image/png') throw new Error(`The case shows ${mediaType}.`);
      return {
        role: 'user',
        content: [
          { type: 'text', text: turn.text },
          { type: 'image', source: { type: 'base64', media_type: mediaType, data } },
        ],
      };
    }
    case 'model':
      return {
        role: 'assistant',
        content: [
          ...(turn.text === undefined ? [] : [{ type: 'text' as const, text: turn.text }]),
          ...(turn.calls ?? []).map(({ id, name, arguments: input }) => ({
            type: 'tool_use' as const,
            id,
            name,
            input,
          })),
        ],
      };
    case 'tools':
      return { role: 'user', content: turn.results.map(resultOf) };
  }
}

function resultOf({ callId, text }: Result): ContentBlockParam {
  return { type: 'tool_result', tool_use_id: callId, content: text };
}

function told({ content, stop_reason, usage }: Message, charge: unknown): Told<Back> {
  const cached = usage.cache_read_input_tokens ?? 0;
  return {
    thought: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use'
        ? [{ id: block.id, name: block.name, arguments: { ...Object(block.input) } as object }]
        : [],
    ),
    stop: mapped(stops, stop_reason),
    usage: {
      input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0),
      cached,
      output: usage.output_tokens,
    },
    charge,
    back: { role: 'assistant', content },
  };
}
