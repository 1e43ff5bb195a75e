import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Asked } from './asking.ts';
import { at, bodyFor } from './asking.ts';

function ask(body: object): ReturnType<typeof bodyFor> {
  const asked: Asked = { path: '/v1/embeddings', body: { model: 'embed', ...body } };
  return bodyFor(asked);
}

const vector = (json: unknown, index = 0): unknown => at(json, 'data', index, 'embedding');

describe('an embedding', () => {
  it('is counted for each input, and as given when the caller counted', () => {
    expect(ask({ input: 'abcde' }).json['usage']).toEqual({ prompt_tokens: 2, total_tokens: 2 });
    expect(ask({ input: ['a', 'b'] }).json['usage']).toEqual({ prompt_tokens: 2, total_tokens: 2 });
    expect(ask({ input: [1, 2, 3] }).json['usage']).toEqual({ prompt_tokens: 3, total_tokens: 3 });
    const both = ask({ input: [[1, 2], [3]] }).json;
    expect(both['usage']).toEqual({ prompt_tokens: 3, total_tokens: 3 });
    expect(at(both, 'data')).toHaveLength(2);
  });

  it('depends on its text alone, and has length one', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 64 }), (text, dimensions) => {
        const alone = vector(ask({ input: text, dimensions }).json);
        expect(vector(ask({ input: ['other', text], dimensions }).json, 1)).toEqual(alone);
        const numbers = Array.isArray(alone) ? alone.map(Number) : [];
        expect(numbers).toHaveLength(dimensions);
        expect(Math.hypot(...numbers)).toBeCloseTo(1, 5);
      }),
    );
    expect(vector(ask({ input: 'a' }).json)).not.toEqual(vector(ask({ input: 'b' }).json));
    expect(vector(ask({ input: 'a' }).json)).toHaveLength(8);
  });

  it('says the same in base64 as in numbers', () => {
    const floats = vector(ask({ input: 'text' }).json);
    const bytes = Buffer.from(String(vector(ask({ input: 'text', encoding_format: 'base64' }).json)), 'base64');
    expect(Array.from({ length: 8 }, (_, index) => bytes.readFloatLE(index * 4))).toEqual(floats);
  });

  it('is refused for an input that is none, and can be made to fail', () => {
    for (const input of [undefined, '', [], [''], [1.5], 7]) expect(ask({ input }).status).toBe(400);
    expect(ask({ input: 'x', encoding_format: 'hex' }).status).toBe(400);
    expect(ask({ input: 'please #error_status=503' }).status).toBe(503);
  });
});
