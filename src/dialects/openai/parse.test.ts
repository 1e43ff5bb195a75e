import { expect, test } from 'vitest';
import { parseCall } from './parse.ts';

const parse = (body: unknown, kind: 'chat' | 'embedding' = 'chat') =>
  parseCall(kind, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), {});

const messages = [{ role: 'user', content: 'Hi' }];

test('what money and routing need is read, and the body stays as it came', () => {
  const body =
    '{"model":"sim/echo", "messages":[{"role":"user","content":"Hi"}],"stream":true,"max_completion_tokens":9,"n":2,"seed":1e400}';
  expect(parse(body)).toMatchObject({
    kind: 'call',
    call: {
      name: 'sim/echo',
      body,
      streamed: true,
      usageWanted: false,
      outputLimit: 9,
      outputLimitField: 'max_completion_tokens',
      choices: 2,
    },
  });
});

test.each([
  ['', /empty/, undefined],
  ['{"model":', /not valid JSON/, undefined],
  ['[]', /JSON object/, undefined],
  [{ messages }, /"model" must be/, 'model'],
  [{ model: 'm' }, /"messages" must be/, 'messages'],
  [{ model: 'm', messages: [] }, /"messages" must be/, 'messages'],
  [{ model: 'm', messages, n: 0 }, /"n" must be/, 'n'],
  [{ model: 'm', messages, n: 1.5 }, /"n" must be/, 'n'],
  [{ model: 'm', messages, max_tokens: -1 }, /"max_tokens" must be/, 'max_tokens'],
  [{ model: 'm', messages, max_completion_tokens: '9' }, /"max_completion_tokens" must be/, 'max_completion_tokens'],
  [{ model: 'm', messages, stream: 'yes' }, /"stream" must be/, 'stream'],
])('%j is refused, saying what was wrong', (body, message, param) => {
  const parsed = parse(body);
  expect(parsed.kind).toBe('malformed');
  expect(parsed).toMatchObject({ message: expect.stringMatching(message) });
  expect('param' in parsed ? parsed.param : undefined).toBe(param);
});

test('null stands for a field that is not there', () => {
  expect(parse({ model: 'm', messages, max_tokens: null, n: null, stream: null, stream_options: null }).kind).toBe(
    'call',
  );
});

test('pictures and attachments are counted, for their bytes bound no tokens', () => {
  const content = [
    { type: 'text', text: 'a' },
    { type: 'image_url', image_url: { url: 'https://x' } },
    { type: 'file', file: {} },
  ];
  expect(parse({ model: 'm', messages: [{ role: 'user', content }] })).toMatchObject({
    call: { images: 1, attachments: 1 },
  });
});

test('embeddings take a text or a list, and nothing else', () => {
  expect(parse({ model: 'm', input: 'a' }, 'embedding').kind).toBe('call');
  expect(parse({ model: 'm', input: [1, 2] }, 'embedding').kind).toBe('call');
  expect(parse({ model: 'm', input: 5 }, 'embedding')).toMatchObject({ kind: 'malformed', param: 'input' });
});

test('tokens that a caller made by itself are counted one by one, since their bytes do not bound them', () => {
  expect(parse({ model: 'm', input: [1, 2, 3] }, 'embedding')).toMatchObject({ call: { promptOverhead: 3 } });
  expect(parse({ model: 'm', input: [[1, 2], [3]] }, 'embedding')).toMatchObject({ call: { promptOverhead: 3 } });
});

test.each([
  ['Model', 'almost'],
  ['N', 'almost'],
  ['MAX_TOKENS', 'almost'],
  ['ſtream', 'almost'],
  ['models', 'chooses a model'],
  ['fallbacks', 'chooses a model'],
  ['web_search_options', 'searches'],
])('a field %s, which could make it another call than was priced, is refused', (field, message) => {
  expect(parse({ model: 'm', messages, [field]: { a: 1 } })).toMatchObject({
    kind: 'malformed',
    param: field,
    message: expect.stringContaining(message),
  });
});

test('other fields that nobody here knows pass through', () => {
  expect(parse({ model: 'm', messages, seed: 1, user: 'u', top_k: 3, enable_search: false }).kind).toBe('call');
});

test('bytes that are no text are refused, and so is a word as long as a book', () => {
  const bytes = Buffer.from('{"model":"m","messages":[{"role":"user","content":"\u0000"}]}');
  bytes[bytes.indexOf(0)] = 0xff;
  expect(parseCall('chat', bytes, {})).toMatchObject({ kind: 'malformed', message: expect.stringContaining('UTF-8') });
  expect(parse({ model: 'm', messages, service_tier: 'x'.repeat(65) })).toMatchObject({ param: 'service_tier' });
});
