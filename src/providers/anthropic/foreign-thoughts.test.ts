import { expect, test } from 'vitest';
import { withoutForeignThoughts } from './foreign-thoughts.ts';

const own = { type: 'thinking', thinking: 'Hm.', signature: 'signed' };
const marked = { type: 'thinking', thinking: 'Hm.', signature: 'faregate:responses:gAAA' };
const hidden = { type: 'redacted_thinking', data: 'faregate:generate-content:redacted:a' };
const unsigned = { type: 'thinking', thinking: 'Hm.', signature: '' };
const text = { type: 'text', text: 'Hi' };
const body = (...content: readonly object[]) =>
  JSON.stringify({
    model: 'a',
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content },
    ],
  });
const messagesOf = (said: string) => {
  const messages = withoutForeignThoughts(said).get('messages');
  return messages === undefined ? undefined : (JSON.parse(messages) as unknown[]);
};

test('thoughts of another maker are left out, and all else stays', () => {
  expect(messagesOf(body(marked, hidden, unsigned, own, text))?.[1]).toEqual({
    role: 'assistant',
    content: [own, text],
  });
  expect(messagesOf(body(marked))).toHaveLength(1);
});

test('a conversation of its own keeps every byte', () => {
  expect(withoutForeignThoughts(body(own, text)).size).toBe(0);
  expect(withoutForeignThoughts(body({ type: 'text', text: 'He wrote "faregate:a".' })).size).toBe(0);
  expect(withoutForeignThoughts('{"messages":7,"a":"faregate:"}').size).toBe(0);
});
