import { describe, expect, it } from 'vitest';

import { sampleOf } from './schema-sample.ts';

describe('the sample of a schema', () => {
  it('has the required fields and no others', () => {
    const schema = {
      type: 'object',
      properties: {
        city: { type: 'string' },
        unit: { enum: ['celsius', 'fahrenheit'] },
        days: { type: 'integer', minimum: 3 },
        exact: { type: ['boolean', 'null'] },
        places: { type: 'array', minItems: 2, items: { $ref: '#/$defs/place' } },
        note: { type: 'string' },
      },
      required: ['city', 'unit', 'days', 'exact', 'places'],
      $defs: { place: { type: 'object', properties: { at: { const: 7 } }, required: ['at'] } },
    };
    expect(sampleOf(schema)).toEqual({
      city: 'sim',
      unit: 'celsius',
      days: 3,
      exact: true,
      places: [{ at: 7 }, { at: 7 }],
    });
  });

  it('takes the first variant, and the lengths and bounds of its type', () => {
    expect(sampleOf({ anyOf: [{ type: 'number', exclusiveMinimum: 4 }, { type: 'null' }] })).toBe(5);
    expect(sampleOf({ type: 'string', minLength: 5 })).toBe('sim..');
    expect(sampleOf({ type: 'string', maxLength: 2 })).toBe('si');
    expect(sampleOf({ properties: {} })).toEqual({});
  });

  it('comes to an end where the schema does not', () => {
    const branch = { $ref: '#' };
    const schema = { type: 'object', properties: { a: branch, b: branch, c: branch }, required: ['a', 'b', 'c'] };
    expect(JSON.stringify(sampleOf(schema)).length).toBeLessThan(1_000_000);
  });
});
