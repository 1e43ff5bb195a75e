import { describe, expect, it } from 'vitest';

import { at, bodyFor, replyFor } from './asking.ts';

const responses = (body: object) => bodyFor({ path: '/v1/responses', body: { model: 'echo', ...body } });

function eventsFor(body: object): readonly { readonly type: string; readonly data: unknown }[] {
  const reply = replyFor({ path: '/v1/responses', body: { model: 'echo', stream: true, ...body } });
  if (reply.kind !== 'stream') throw new Error(`A ${reply.kind} reply has no frames.`);
  return [...reply.frames]
    .flatMap(({ text }) => text.split('\n\n').filter((event) => event !== ''))
    .map((event) => {
      const data: unknown = JSON.parse(event.slice(event.indexOf('data: ') + 'data: '.length));
      return { type: String(at(data, 'type')), data };
    });
}

describe('a response', () => {
  it('says in events what it says at once, each with its number', () => {
    const tools = [
      { type: 'function', name: 'f', parameters: { properties: { a: {} }, required: ['a'] } },
      { type: 'custom', name: 'g' },
    ];
    for (const body of [
      { input: 'Hello #tokens=5' },
      { input: [{ role: 'user', content: [{ type: 'input_text', text: '#tools=2' }] }], tools },
      { input: 'Hello', model: 'shapes', include: ['reasoning.encrypted_content'], max_output_tokens: 9 },
      { input: 'Hello', text: { format: { type: 'json_schema', name: 'a', schema: { type: 'object' } } } },
    ]) {
      const events = eventsFor(body);
      expect(events.map(({ data }) => at(data, 'sequence_number'))).toEqual(events.map((_, index) => index));
      const { json } = responses(body);
      expect(at(events.at(-1)?.data, 'response')).toEqual(json);
      const done = events
        .filter(({ type }) => type === 'response.output_item.done')
        .map(({ data }) => at(data, 'item'));
      expect(done).toEqual(json['output']);
    }
  });

  it('is incomplete at its limit, and thinks within it', () => {
    const { json } = responses({ model: 'shapes', input: '#tokens=50', max_output_tokens: 7 });
    expect(json).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: { output_tokens: 7 },
    });
  });

  it('fails, breaks off and says nothing of its usage as it is asked to', () => {
    expect(eventsFor({ input: '#error_after=2' }).at(-1)?.type).toBe('error');
    expect(eventsFor({ input: '#disconnect_after=2' }).at(-1)?.type).toBe('response.output_text.delta');
    expect(responses({ input: '#shape=missing' }).json['usage']).toBeNull();
    expect(responses({ input: '#shape=zero' }).json).toMatchObject({ usage: { total_tokens: 0 } });
    expect(responses({ input: undefined }).status).toBe(400);
  });
});

describe('an older completion', () => {
  const complete = (body: object) => bodyFor({ path: '/v1/completions', body: { model: 'echo', ...body } });

  it('returns the wanted ones of all candidates, and counts every one', () => {
    const { json } = complete({ prompt: ['a', 'b'], n: 1, best_of: 2, max_tokens: 3 });
    expect(json['choices']).toMatchObject([{ index: 0 }, { index: 1 }]);
    expect(json['usage']).toMatchObject({ completion_tokens: 12 });
    expect(complete({ prompt: 'a', n: 2, best_of: 1 }).status).toBe(400);
    expect(complete({ prompt: 'a', echo: true, stream: true }).status).toBe(400);
  });
});

describe('a moderation', () => {
  it('flags what names a category', () => {
    const { json } = bodyFor({ path: '/v1/moderations', body: { model: 'moderation', input: ['Hate', 'Peace'] } });
    expect(json['results']).toMatchObject([{ flagged: true, categories: { hate: true } }, { flagged: false }]);
    expect(bodyFor({ path: '/v1/moderations', body: { model: 'moderation', input: [] } }).status).toBe(400);
  });
});
