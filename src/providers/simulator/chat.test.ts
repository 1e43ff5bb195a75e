import { describe, expect, it } from 'vitest';

import { at, bodyFor, chatBody } from './asking.ts';
import { countTokens } from './tokens.ts';

const weather = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: { city: {} }, required: ['city'] } },
};

function ask(content: string, more: object = {}): ReturnType<typeof bodyFor>['json'] {
  return bodyFor({ body: chatBody(content, more) }).json;
}

const contentOf = (json: unknown, choice = 0): string => String(at(json, 'choices', choice, 'message', 'content'));

describe('a chat completion', () => {
  it('has 32 tokens unless told otherwise, and echoes what was said', () => {
    const json = ask('Hello there');
    expect(contentOf(json)).toMatch(/^Hel lot her exx [a-z]/);
    expect(countTokens(contentOf(json))).toBe(32);
    expect(at(json, 'choices', 0, 'finish_reason')).toBe('stop');
    expect(at(json, 'usage')).toEqual({ prompt_tokens: 3, completion_tokens: 32, total_tokens: 35 });
    expect(at(ask('x', { model: 'cent' }), 'usage', 'completion_tokens')).toBe(8);
  });

  it('counts the prompt once over the text of all messages', () => {
    const messages = [
      { role: 'system', content: 'abc' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'de' },
          { type: 'image_url', image_url: { url: 'data:,x' } },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [] },
    ];
    expect(at(ask('', { messages }), 'usage', 'prompt_tokens')).toBe(2);
  });

  it('is cut at the caller’s limit', () => {
    for (const limit of [{ max_tokens: 5 }, { max_completion_tokens: 5 }]) {
      const json = ask('#tokens=200', limit);
      expect(countTokens(contentOf(json))).toBe(5);
      expect(at(json, 'choices', 0, 'finish_reason')).toBe('length');
      expect(at(json, 'usage', 'completion_tokens')).toBe(5);
    }
    expect(at(ask('#tokens=5', { max_tokens: 5 }), 'choices', 0, 'finish_reason')).toBe('stop');
  });

  it('stops before a stop text that appears, and only then', () => {
    const json = ask('Hello there #tokens=9', { stop: ['?', 'lot'] });
    expect(contentOf(json)).toBe('Hel ');
    expect(at(json, 'usage', 'completion_tokens')).toBe(1);
    expect(countTokens(contentOf(ask('Hello #tokens=9', { stop: '?' })))).toBe(9);
  });

  it('counts all choices, which differ after the echo', () => {
    const json = ask('#tokens=10', { n: 3 });
    expect(at(json, 'usage', 'completion_tokens')).toBe(30);
    expect(new Set([0, 1, 2].map((choice) => contentOf(json, choice))).size).toBe(3);
  });

  it('is the same for the same request, and another for another seed', () => {
    expect(ask('same', { seed: 1 })).toEqual(ask('same', { seed: 1 }));
    expect(ask('same', { seed: 1 })['id']).not.toBe(ask('same', { seed: 2 })['id']);
    expect(contentOf(ask('same', { seed: 1 }))).not.toBe(contentOf(ask('same', { sim: { seed: 2 } })));
    expect(ask('same', { seed: 1 })['id']).toBe(ask('same', { seed: 1, max_tokens: 4, stream_options: null })['id']);
  });

  it('calls tools when the message asks for it or the caller insists', () => {
    const json = ask('#tools=2', { tools: [weather] });
    expect(at(json, 'choices', 0, 'finish_reason')).toBe('tool_calls');
    const [first, second] = [0, 1].map((call) => at(json, 'choices', 0, 'message', 'tool_calls', call));
    expect(at(first, 'function')).toEqual({ name: 'weather', arguments: '{"city":"sim"}' });
    expect(at(first, 'id')).not.toBe(at(second, 'id'));
    expect(at(json, 'usage', 'completion_tokens')).toBe(8);
    const insisted = ask('go', { tools: [weather], tool_choice: { type: 'function', function: { name: 'weather' } } });
    expect(at(insisted, 'choices', 0, 'message', 'tool_calls', 0, 'function', 'name')).toBe('weather');
    const alone = ask('#tools=2', { tools: [weather], parallel_tool_calls: false });
    expect(at(alone, 'choices', 0, 'message', 'tool_calls')).toHaveLength(1);
  });

  it('answers in words without tools, when forbidden, and after a tool’s result', () => {
    expect(contentOf(ask('#tool'))).toMatch(/^[a-z]/);
    expect(contentOf(ask('#tool', { tools: [weather], tool_choice: 'none' }))).toMatch(/^[a-z]/);
    const messages = [
      { role: 'user', content: '#tool' },
      { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
    ];
    expect(contentOf(ask('', { messages, tools: [weather] }))).toMatch(/^[a-z]/);
  });

  it('answers in JSON when asked, as a schema wants it', () => {
    expect(JSON.parse(contentOf(ask('x', { response_format: { type: 'json_object' } })))).toEqual({ ok: true });
    const schema = { type: 'object', properties: { größe: { const: '大' } }, required: ['größe'] };
    const json = ask('x', { response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } });
    expect(JSON.parse(contentOf(json))).toEqual({ größe: '大' });
    expect(at(json, 'usage', 'completion_tokens')).toBe(countTokens(contentOf(json)));
  });

  it('keeps hidden thinking within the limit, unless it is set by number', () => {
    const usage = (more: object): unknown => at(ask('x #tokens=10', { model: 'shapes', ...more }), 'usage');
    expect(at(usage({}), 'completion_tokens')).toBe(15);
    expect(at(usage({ max_tokens: 12 }), 'completion_tokens')).toBe(12);
    expect(at(usage({ max_tokens: 12, sim: { reasoning_tokens: 40 } }), 'completion_tokens')).toBe(50);
    expect(at(usage({ sim: { cached_tokens: 1000 } }), 'prompt_tokens_details', 'cached_tokens')).toBe(3);
  });
});
