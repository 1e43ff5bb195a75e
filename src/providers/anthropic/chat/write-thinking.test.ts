import { expect, test } from 'vitest';
import type { AssistantPart, ChatRequest } from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import type { Target } from '#core/catalog/catalog.ts';
import { writeMessages } from './write.ts';

const target: Target = {
  provider: {
    providerId: 'a',
    name: 'maker',
    adapter: 'anthropic',
    baseUrl: 'https://example.com/v1',
    credentials: [],
    headTimeoutMs: 1,
    idleTimeoutMs: 1,
    onHangUp: 'close',
    outputLimitField: 'max_tokens',
  },
  model: 'claude-sonnet-4-5-20250929',
  name: 'claude-sonnet-4-5',
  tokenizer: 'bytes',
  streamsAllOutput: true,
};
const call: ModelCall = {
  kind: 'chat',
  format: 'chat-completions',
  name: 'claude',
  body: '{}',
  bodyBytes: 2,
  streamed: false,
  usageWanted: false,
  outputLimit: 10_000,
  choices: 1,
  images: 0,
  attachments: 0,
  facts: {},
  extraHeaders: {},
};
const plain: ChatRequest = {
  system: [],
  messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
  tools: [],
  stop: [],
};

function written(chat: Partial<ChatRequest>, { model = target.model, limit = 10_000 } = {}): unknown {
  const body = writeMessages({ ...plain, ...chat }, { ...call, outputLimit: limit }, { ...target, model });
  return typeof body === 'string' ? JSON.parse(body) : body.param;
}

test('a word becomes a budget for models that are told one, and leaves half of the output to the answer', () => {
  const budget = (budget_tokens: number) => ({ thinking: { type: 'enabled', budget_tokens } });
  expect(written({ thinking: { effort: 'low' } })).toMatchObject(budget(2_048));
  expect(written({ thinking: { effort: 'high' } })).toMatchObject(budget(5_000));
  expect(written({ thinking: { budget: 3_000 } })).toMatchObject(budget(3_000));
  expect(written({ thinking: { effort: 'low' } }, { limit: 1_000 })).not.toHaveProperty('thinking');
});

test('later models are told the word, and those that do not think refuse it', () => {
  const effort = { thinking: { effort: 'high' } } as const;
  for (const model of ['claude-opus-4-6', 'claude-sonnet-5', 'claude-opus-4-10']) {
    expect(written(effort, { model })).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
    });
  }
  for (const model of ['claude-3-7-sonnet-20250219', 'claude-opus-4-20250514', 'claude-haiku-4-5', 'claude-opus-4-1']) {
    expect(written(effort, { model })).toMatchObject({ thinking: { type: 'enabled' } });
  }
  for (const model of ['claude-3-5-haiku-latest', 'claude-3-opus-20240229']) {
    expect(written(effort, { model })).toBe('reasoning_effort');
    expect(written({ thinking: { effort: 'none' } }, { model })).not.toHaveProperty('thinking');
  }
  expect(written({ thinking: { effort: 'none' } })).toMatchObject({ thinking: { type: 'disabled' } });
});

test('what cannot be set beside thinking is refused by its name', () => {
  const thinking = { effort: 'high' } as const;
  expect(written({ thinking, temperature: 0.5 })).toBe('temperature');
  expect(written({ thinking, topK: 3 })).toBe('top_k');
  expect(written({ thinking, toolChoice: 'required' })).toBe('tool_choice');
  expect(written({ thinking, temperature: 1, toolChoice: 'auto' })).toHaveProperty('thinking');
});

test('a turn whose tool calls have lost their sealed thoughts is ended without thinking', () => {
  const called: AssistantPart = { kind: 'tool-call', id: 'a', name: 'b', arguments: '{}' };
  const sealed: AssistantPart = { kind: 'thought', text: 'Hm.', seal: { maker: 'messages', data: 'signed' } };
  const turn = (...parts: readonly AssistantPart[]): Partial<ChatRequest> => ({
    thinking: { effort: 'high' },
    messages: [
      ...plain.messages,
      { role: 'assistant', parts },
      { role: 'user', parts: [{ kind: 'tool-result', callId: 'a', parts: [], failed: false }] },
    ],
  });
  expect(written(turn(called))).not.toHaveProperty('thinking');
  expect(written(turn(sealed, called))).toHaveProperty('thinking');
  expect(written(turn(called), { model: 'claude-opus-4-6' })).toHaveProperty('thinking');
});

test('what has no counterpart is refused by its name', () => {
  expect(written({ seed: 0 })).toBe('seed');
  expect(written({ presencePenalty: 0.1 })).toBe('presence_penalty');
  expect(written({ frequencyPenalty: 0.1 })).toBe('frequency_penalty');
  expect(written({ verbosity: 'low' })).toBe('verbosity');
  expect(written({ structure: { kind: 'json' } })).toBe('response_format');
  const audio = { kind: 'audio', source: { kind: 'base64', mediaType: 'audio/wav', data: '' } } as const;
  expect(written({ messages: [{ role: 'user', parts: [audio] }] })).toBe('messages');
  expect(written({ presencePenalty: 0, frequencyPenalty: 0, verbosity: 'medium' })).toHaveProperty('messages');
});
