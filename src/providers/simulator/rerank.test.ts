import { expect, test } from 'vitest';
import { readRequest } from './read-request.ts';
import { replyToCall } from './reply-to-call.ts';

function rerank(body: object): { readonly status: number; readonly body: unknown } {
  const text = JSON.stringify({ model: 'rerank', ...body });
  const reading = readRequest({ method: 'POST', path: '/v1/rerank', headers: {}, body: text });
  const reply = reading.kind === 'reply' ? reading.reply : replyToCall(reading.call, 0);
  if (reply.kind !== 'whole') throw new Error('It is answered at once.');
  return { status: reply.status, body: JSON.parse(reply.body.toString()) };
}

const documents = ['Bern is in Switzerland', 'Where Żary is: in Poland', 'Nobody knows'];

test('the document that shares most words comes first, and the same call ranks the same', () => {
  const first = rerank({ query: 'Where is Żary?', documents, top_n: 2 });
  expect(first).toMatchObject({ status: 200, body: { results: [{ index: 1 }, { index: 0 }] } });
  expect(rerank({ query: 'Where is Żary?', documents, top_n: 2 })).toEqual(first);
});

test('documents come back if asked for, each beside its place', () => {
  const { body } = rerank({ query: 'Where is Żary?', documents, top_n: 1, return_documents: true });
  expect(body).toMatchObject({ results: [{ index: 1, document: { text: documents[1] } }] });
});

test('every hundred documents are a unit', () => {
  const units = (count: number) => rerank({ query: 'q', documents: Array.from({ length: count }, () => 'd') }).body;
  expect(units(100)).toMatchObject({ meta: { billed_units: { search_units: 1 } } });
  expect(units(101)).toMatchObject({ meta: { billed_units: { search_units: 2 } } });
});

test.each([
  ['query', { documents }],
  ['documents', { query: 'q' }],
  ['documents', { query: 'q', documents: [7] }],
  ['return_documents', { query: 'q', documents, return_documents: 'yes' }],
  ['top_n', { query: 'q', documents, top_n: 0 }],
])('a wrong %s is refused by name', (param, body) => {
  expect(rerank(body)).toMatchObject({ status: 400, body: { error: { param } } });
});
