// Cohere's SDK at its second version's chat.
import { type Cohere, CohereClientV2, CohereError } from 'cohere-ai';
import {
  type Asked,
  type Called,
  fieldOf,
  mapped,
  objectIn,
  type Result,
  textAt,
  type Told,
  type Turn,
} from '../words.ts';
import { dataUrl, type Door, type Manner, type Speaker } from './speaker.ts';

type Back = Cohere.ChatMessageV2;

const stops = { COMPLETE: 'end', TOOL_CALL: 'tool-calls', MAX_TOKENS: 'length' } as const;

export const cohere: Speaker<Back> = {
  name: 'Cohere',
  speaks: 'chat-v2',
  keepsSeals: false,
  async ask({ url, key, model }: Door, asked: Asked, { streamed, after, more }: Manner<Back>): Promise<Told<Back>> {
    const client = new CohereClientV2({ token: key, environment: url, maxRetries: 0 });
    const request = { ...requestOf(model, asked, after), ...more };
    if (!streamed) {
      const { data, rawResponse } = await client.chat(request).withRawResponse();
      return told(data.message, data, rawResponse.headers.get('x-faregate-charge'));
    }
    const events: Cohere.V2ChatStreamResponse[] = [];
    for await (const event of await client.chatStream(request)) events.push(event);
    const last = events.at(-1);
    if (last?.type !== 'message-end') throw new Error(`It ended with ${String(last?.type)}.`);
    return told(messageOf(events), last.delta, fieldOf(last, 'faregate', 'charge'));
  },
  failed(error) {
    if (!(error instanceof CohereError)) throw error;
    const retryAfter = error.rawResponse?.headers.get('retry-after');
    return { status: error.statusCode, message: error.message, retryAfter };
  },
};

function requestOf(model: string, asked: Asked, after: Manner<Back>['after']): Cohere.V2ChatRequest {
  const { system, turns, tools, schema, thinks, limit } = asked;
  return {
    model,
    maxTokens: limit,
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
    ...(schema && { responseFormat: { type: 'json_object' as const, jsonSchema: { ...schema } } }),
    ...(thinks && { thinking: { type: 'enabled' as const, tokenBudget: 2_000 } }),
  };
}

function messagesOf(turn: Turn): readonly Cohere.ChatMessageV2[] {
  switch (turn.who) {
    case 'user':
      if (!turn.shows) return [{ role: 'user', content: turn.text }];
      return [
        {
          role: 'user',
          content: [
            { type: 'text', text: turn.text },
            { type: 'image_url', imageUrl: { url: dataUrl(turn.shows) } },
          ],
        },
      ];
    case 'model':
      return [
        {
          role: 'assistant',
          ...(turn.text === undefined ? {} : { content: turn.text }),
          ...(turn.calls && {
            toolCalls: turn.calls.map(({ id, name, arguments: args }) => ({
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

function resultOf({ callId, text }: Result): Cohere.ChatMessageV2 {
  return { role: 'tool', toolCallId: callId, content: text };
}

/** The SDK leaves it to its users to put a stream together: every piece by the index of the block that is open. */
function messageOf(events: readonly Cohere.V2ChatStreamResponse[]): Cohere.AssistantMessageResponse {
  const said = new Map<'text' | 'thinking', string>();
  const calls = new Map<number | undefined, { id: string; name: string; text: string }>();
  let plan = '';
  let open: number | undefined;
  for (const event of events) {
    const index = fieldOf(event, 'index');
    if (event.type.endsWith('-start') && typeof index === 'number') {
      if (open !== undefined) throw new Error(`Block ${index} began within ${open}.`);
      open = index;
    }
    if (/^(?:content|tool-call)-delta$/.test(event.type) && index !== open)
      throw new Error('A piece of no open block.');
    if (/^(?:content|tool-call)-end$/.test(event.type)) open = undefined;
    const message = fieldOf(event, 'delta', 'message');
    plan += textAt(message, 'toolPlan');
    for (const kind of ['text', 'thinking'] as const) {
      const piece = textAt(message, 'content', kind);
      if (piece !== '') said.set(kind, (said.get(kind) ?? '') + piece);
    }
    const called = fieldOf(message, 'toolCalls');
    const text = textAt(called, 'function', 'arguments');
    if (event.type === 'tool-call-start') {
      calls.set(open, { id: textAt(called, 'id'), name: textAt(called, 'function', 'name'), text });
    }
    const calling = calls.get(open);
    if (event.type === 'tool-call-delta' && calling) calling.text += text;
  }
  const thinking = said.get('thinking');
  const text = said.get('text');
  return {
    role: 'assistant',
    ...(plan === '' ? {} : { toolPlan: plan }),
    content: [
      ...(thinking === undefined ? [] : [{ type: 'thinking' as const, thinking }]),
      ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
    ],
    ...(calls.size === 0
      ? {}
      : {
          toolCalls: [...calls.values()].map((call) => ({
            id: call.id,
            type: 'function' as const,
            function: { name: call.name, arguments: call.text },
          })),
        }),
  };
}

function told(message: Cohere.AssistantMessageResponse, end: unknown, charge: unknown): Told<Back> {
  const { content = [], toolCalls = [], toolPlan = '' } = message;
  const billed = fieldOf(end, 'usage', 'billedUnits');
  const calls = toolCalls.map((call): Called => ({
    id: call.id ?? '',
    name: call.function?.name ?? '',
    arguments: objectIn(call.function?.arguments ?? '{}'),
  }));
  return {
    thought: toolPlan + content.map((part) => (part.type === 'thinking' ? part.thinking : '')).join(''),
    text: content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    calls,
    stop: mapped(stops, fieldOf(end, 'finishReason')),
    usage: {
      input: Number(fieldOf(billed, 'inputTokens')),
      cached: Number(fieldOf(end, 'usage', 'cachedTokens')),
      output: Number(fieldOf(billed, 'outputTokens')),
    },
    charge,
    back: { ...message, role: 'assistant' },
  };
}
