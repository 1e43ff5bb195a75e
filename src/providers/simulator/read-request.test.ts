import { describe, expect, it } from 'vitest';

import { at, bodyFor, chatBody } from './asking.ts';
import type { SimulatorRequest } from './read-request.ts';
import { readRequest } from './read-request.ts';

function answer(request: Partial<SimulatorRequest>): { readonly status: number; readonly json: unknown } {
  const reading = readRequest({ method: 'GET', path: '/', headers: {}, body: '', ...request });
  if (reading.kind !== 'reply' || reading.reply.kind !== 'whole') throw new Error('The request was taken for a call.');
  return { status: reading.reply.status, json: JSON.parse(String(reading.reply.body)) };
}

describe('a request', () => {
  it('for the models is answered with all of them, or with one', () => {
    const { json } = answer({ path: '/v1/models?limit=9' });
    expect([0, 1, 2, 3, 4, 5].map((index) => at(json, 'data', index, 'id'))).toEqual([
      'echo',
      'cent',
      'slow',
      'shapes',
      'embed',
      'rerank',
    ]);
    expect(answer({ path: '/v1/models/cent' }).json).toMatchObject({ id: 'cent', object: 'model' });
    expect(answer({ path: '/v1/models/dollar' }).status).toBe(404);
  });

  it('that is not JSON, not an object or has no model is refused', () => {
    for (const body of ['{', '', '[]', '{"messages":[]}']) {
      const refused = answer({ method: 'POST', path: '/v1/chat/completions', body });
      expect(refused.status).toBe(400);
      expect(at(refused.json, 'error', 'type')).toBe('invalid_request_error');
    }
  });

  it('for an unknown model, path or method is not found', () => {
    const unknown = bodyFor({ body: chatBody('x', { model: 'gpt-9' }) });
    expect(unknown.status).toBe(404);
    expect(at(unknown.json, 'error', 'code')).toBe('model_not_found');
    expect(bodyFor({ body: chatBody('x', { model: 'embed' }) }).status).toBe(404);
    expect(answer({ method: 'POST', path: '/v1/poems' }).status).toBe(404);
    expect(answer({ path: '/v1/chat/completions' }).status).toBe(404);
  });

  it('with a field of the wrong kind is refused by its name', () => {
    const wrong: readonly (readonly [string, object])[] = [
      ['messages', { messages: [] }],
      ['messages[0].role', { messages: [{ role: 'oracle', content: 'x' }] }],
      ['messages[0].content', { messages: [{ role: 'user', content: 7 }] }],
      ['max_tokens', { max_tokens: 0 }],
      ['n', { n: 1.5 }],
      ['stop', { stop: [1] }],
      ['tool_choice', { tool_choice: { type: 'function', function: { name: 'nobody' } } }],
      ['tools[0].function.name', { tools: [{ type: 'function' }] }],
      ['response_format', { response_format: { type: 'xml' } }],
      ['sim', { sim: 3 }],
      ['sim.shape', { sim: { shape: 'round' } }],
    ];
    for (const [param, more] of wrong) {
      const refused = bodyFor({ body: chatBody('x', more) });
      expect([refused.status, at(refused.json, 'error', 'param')]).toEqual([400, param]);
    }
  });
});
