import { expect, test } from 'vitest';
import { parseData, parseEvent, parseFields } from './parse-fields.ts';

test.each(['', '[1]', 'null', '"text"', '{"a": 1', 'data: {"a": 1}'])('%j has no fields', (text) => {
  expect(parseFields(text)).toBeUndefined();
  expect(parseFields(Buffer.from(text))).toBeUndefined();
});

test('the fields of an answer are read from its bytes as from its text', () => {
  expect(parseFields('{"a": "é"}')).toEqual({ a: 'é' });
  expect(parseFields(Buffer.from('{"a": "é"}'))).toEqual({ a: 'é' });
});

test('an event is read by its data, wherever that stands in it', () => {
  expect(parseData(Buffer.from('event: x\ndata: {"a": 1}\n\n'))).toEqual({ a: 1 });
  expect(parseData(Buffer.from('data:{"a": 1}\n\n'))).toEqual({ a: 1 });
  expect(parseData(Buffer.from('data: [DONE]\n\n'))).toBeUndefined();
  expect(parseData(Buffer.from(': a comment\n\n'))).toBeUndefined();
  expect(parseData(undefined)).toBeUndefined();
});

test('an object over several lines is one object', () => {
  expect(parseEvent(Buffer.from('event: x\r\ndata: {"a":\r\ndata: 1}\r\n\r\n'))).toEqual({ a: 1 });
  expect(parseEvent(Buffer.from(': a comment\n\n'))).toBeUndefined();
});
