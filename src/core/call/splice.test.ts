import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonValues, names } from '#test/json-values.ts';
import { spliceFields } from './splice.ts';

test('an edited field gets its new value and every other byte stays', () => {
  const text = '{ "model" : "sim/echo", "seed": 12345678901234567890, "temperature":1.0 }';
  const edited = spliceFields(text, new Map([['model', '"echo"']]));
  expect(edited).toContain('"seed": 12345678901234567890');
  expect(edited).toContain('"temperature":1.0');
  expect(JSON.parse(edited)).toMatchObject({ model: 'echo', temperature: 1 });
});

test('every occurrence of a doubled or escaped key is changed', () => {
  const edited = spliceFields('{"model":"a","mod\\u0065l":"b"}', new Map([['model', '"c"']]));
  expect(edited).not.toMatch(/"a"|"b"/);
});

test('a missing field is added, also to an empty object, and a removed one is gone', () => {
  expect(JSON.parse(spliceFields('{}', new Map([['a', '1']])))).toEqual({ a: 1 });
  expect(JSON.parse(spliceFields('{"x":{"a":[1,2]},"b":2}', new Map([['x', undefined]])))).toEqual({ b: 2 });
  expect(JSON.parse(spliceFields('{"x":1}', new Map([['x', undefined]])))).toEqual({});
});

test('splicing means what parsing, setting and printing would', () => {
  fc.assert(
    fc.property(
      fc.dictionary(names, jsonValues(), { noNullPrototype: true }),
      fc.dictionary(names, fc.option(jsonValues(), { nil: undefined }), { noNullPrototype: true }),
      fc.nat(4),
      (object, edits, indent) => {
        const wanted: Record<string, unknown> = { ...object, ...edits };
        const texts = new Map(
          Object.entries(edits).map(([name, value]) => [name, value === undefined ? undefined : JSON.stringify(value)]),
        );
        const spliced: unknown = JSON.parse(spliceFields(JSON.stringify(object, null, indent), texts));
        expect(spliced).toEqual(JSON.parse(JSON.stringify(wanted)));
      },
    ),
    { numRuns: 500 },
  );
});
