import { expect, test } from 'vitest';
import { readChat } from './read-chat.ts';

const chatOf = (fields: object) => {
  const body = { model: 'a', max_tokens: 1, messages: [{ role: 'user', content: 'Hi' }], ...fields };
  const reading = readChat(JSON.stringify(body));
  return reading.kind === 'chat' ? reading.chat : reading.param;
};

test('system prompts, thoughts, tool calls and their results have words of ours', () => {
  const chat = chatOf({
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
    messages: [
      { role: 'user', content: 'What is it like?' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'signed' },
          { type: 'tool_use', id: 'a', name: 'weather', input: { city: 'Rom' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'a', is_error: true, content: [{ type: 'text', text: 'No.' }] }],
      },
    ],
  });
  expect(chat).toMatchObject({
    system: [{ kind: 'text', text: 'Be brief.', cache: '5m' }],
    messages: [
      { role: 'user', parts: [{ kind: 'text', text: 'What is it like?' }] },
      {
        role: 'assistant',
        parts: [
          { kind: 'thought', text: 'Hm.', seal: { maker: 'messages', data: 'signed' } },
          { kind: 'tool-call', id: 'a', name: 'weather', arguments: '{"city":"Rom"}' },
        ],
      },
      { role: 'user', parts: [{ kind: 'tool-result', callId: 'a', failed: true, parts: [{ text: 'No.' }] }] },
    ],
  });
});

test('choices of tools, stops, effort and structure have too', () => {
  const schema = { type: 'object' };
  expect(
    chatOf({
      tools: [{ name: 'weather', input_schema: schema }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      stop_sequences: ['END'],
      output_config: { effort: 'high', format: { type: 'json_schema', schema } },
    }),
  ).toMatchObject({
    tools: [{ name: 'weather', parameters: schema }],
    toolChoice: 'required',
    parallelTools: false,
    stop: ['END'],
    thinking: { effort: 'high' },
    structure: { schema },
  });
});

test('what has no word is told by its name', () => {
  const within = (part: object) => ({ messages: [{ role: 'user', content: [part] }] });
  expect(chatOf({ container: 'a' })).toBe('container');
  expect(chatOf({ output_config: { effort: 'immense' } })).toBe('output_config.effort');
  expect(chatOf({ tools: [{ type: 'bash_20250124', name: 'bash' }] })).toBe('tools.0.type');
  expect(chatOf({ tools: [{ name: 'a', defer_loading: true }] })).toBe('tools.0.defer_loading');
  expect(chatOf(within({ type: 'search_result', source: 'a' }))).toBe('messages.0.content.0.type');
  expect(chatOf(within({ type: 'document', source: { type: 'file', file_id: 'a' } }))).toBe(
    'messages.0.content.0.source.type',
  );
  expect(chatOf({ context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } })).toBe(
    'context_management.edits.0.type',
  );
  expect(chatOf(within({ type: 'image', source: { type: 'file', file_id: 'a' } }))).toBe(
    'messages.0.content.0.source.type',
  );
  expect(chatOf({ messages: [{ role: 'tool', content: 'a' }] })).toBe('messages.0.role');
});

test('documents, what to keep, and how long to think have words', () => {
  const pdf = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' };
  const kept = { type: 'ephemeral', ttl: '1h' };
  expect(
    chatOf({
      thinking: { type: 'enabled', budget_tokens: 2_000, display: 'omitted' },
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      tools: [{ name: 'a', input_schema: {}, cache_control: { type: 'ephemeral' }, eager_input_streaming: true }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'document', source: pdf, title: 'A', cache_control: kept },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Long.' } },
          ],
        },
        { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'hidden' }] },
      ],
    }),
  ).toMatchObject({
    thinking: { budget: 2_000, shown: false },
    tools: [{ name: 'a', cache: '5m' }],
    messages: [
      {
        parts: [
          {
            kind: 'document',
            source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' },
            name: 'A',
            cache: '1h',
          },
          { kind: 'document', source: { kind: 'text', text: 'Long.' } },
        ],
      },
      { parts: [{ kind: 'thought', text: '', seal: { maker: 'messages', data: 'hidden', redacted: true } }] },
    ],
  });
});
