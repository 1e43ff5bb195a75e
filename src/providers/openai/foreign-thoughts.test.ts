import { expect, test } from 'vitest';
import { withoutForeignThoughts } from './foreign-thoughts.ts';

const own = { type: 'reasoning', summary: [], encrypted_content: 'gAAA' };
const marked = { type: 'reasoning', summary: [], encrypted_content: 'faregate:messages:signed' };
const text = { role: 'user', content: 'He wrote "faregate:messages:a".' };

test('thoughts of another maker are left out, and a conversation of its own keeps every byte', () => {
  const edits = withoutForeignThoughts(JSON.stringify({ input: [own, marked, text] }));
  expect(JSON.parse(edits.get('input') ?? '')).toEqual([own, text]);
  expect(withoutForeignThoughts(JSON.stringify({ input: [own, text] })).size).toBe(0);
  expect(withoutForeignThoughts('{"input":"\\"faregate:"}').size).toBe(0);
});
