import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failureKinds } from '#core/failure.ts';
import { routeOf, simulatorRow, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, post, said, statusOf } from './wire.ts';

let twin: TwinGateway;
let key: string;

beforeAll(async () => {
  const { contextWindow: _unknown, ...boundless } = targetOf('echo', { ...simulatorRow, name: 'boundless' });
  twin = await startTwinGateway({ routes: [routeOf(boundless)] });
  ({ key } = await twin.key('1'));
});

afterAll(async () => {
  // Nothing of all this has cost anything.
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '1', held: '0' });
  await twin.stop();
});

interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: keyof typeof failureKinds;
    readonly param: string | null;
  };
}

async function errorOf(response: Response) {
  const { error } = (await response.json()) as ErrorBody;
  expect(response.status).toBe(failureKinds[error.code].status);
  expect(response.headers.get('x-request-id')).toBeTruthy();
  expect(response.headers.get('x-should-retry')).toBe(String(failureKinds[error.code].shouldRetry));
  return error;
}

test('JSON that does not parse, or is no object, is told so', async () => {
  expect(await errorOf(await post(twin.url, key, '{"model": "sim/echo", '))).toMatchObject({
    code: 'malformed_request',
    message: expect.stringContaining('not valid JSON'),
  });
  expect(await errorOf(await post(twin.url, key, '[]'))).toMatchObject({ code: 'malformed_request' });
  expect(await errorOf(await post(twin.url, key, ''))).toMatchObject({ message: expect.stringContaining('empty') });
  const form = '--b0undary\r\nContent-Disposition: form-data; name="model"\r\n\r\nsim/echo\r\n--b0undary--\r\n';
  expect(await errorOf(await post(twin.url, key, form))).toMatchObject({
    code: 'malformed_request',
    message: 'The body is a form; a JSON object is needed.',
  });
});

test.each(['/v1/rerank', '/v2/rerank'])('bytes that are no UTF-8 are refused at %s', async (path) => {
  const whole = Buffer.from('{"model":"sim/rerank","query":"?","documents":["a"]}');
  const body = new Uint8Array(Buffer.from(whole.map((byte) => (byte === 0x3f ? 0xff : byte))));
  const response = await fetch(`${twin.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body,
  });
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('not valid UTF-8')]);
});

test('a field of the wrong shape is named', async () => {
  const wrong = { model: 'sim/echo', messages: said(), max_tokens: 'many' };
  expect(await errorOf(await post(twin.url, key, wrong))).toMatchObject({
    code: 'invalid_parameter',
    param: 'max_tokens',
  });
});

test('a body of 100 MB is refused from its announcement, and one that does not announce itself when it is too much', async () => {
  const upload = (headers: Record<string, string | number>, megabytes: number) =>
    new Promise<number>((resolve, reject) => {
      const sending = request(`${twin.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, ...headers },
      });
      sending.on('response', (response) => {
        resolve(response.statusCode ?? 0);
        response.resume();
        sending.destroy();
      });
      sending.on('error', reject);
      const piece = Buffer.alloc(1_048_576, 0x20);
      const send = (left: number): void => {
        if (sending.destroyed) return;
        if (left === 0) sending.end();
        else sending.write(piece, () => send(left - 1));
      };
      send(megabytes);
    });
  expect(await upload({ 'content-length': 100 * 1_048_576 }, 1)).toBe(413);
  expect(await upload({ 'transfer-encoding': 'chunked' }, 100)).toBe(413);
});

test('no key, a key of another shape, an unknown key and an expired one are four sentences', async () => {
  const body = { model: 'sim/echo', messages: said() };
  const bare = await fetch(`${twin.url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) });
  expect(await errorOf(bare)).toMatchObject({ code: 'missing_key' });
  expect(await errorOf(await post(twin.url, 'sk-123', body))).toMatchObject({ code: 'invalid_key' });
  expect(await errorOf(await post(twin.url, `vk_${'x'.repeat(43)}`, body))).toMatchObject({ code: 'invalid_key' });
  const expired = await twin.key('1', { expiresAt: Date.now() - 1 });
  expect(await errorOf(await post(twin.url, expired.key, body))).toMatchObject({ code: 'expired_key' });
});

test('a key whose owner may not call is refused with the reason', async () => {
  const refused = await twin.key('1', { refusedBecause: 'The organization of this key is disabled.' });
  expect(await errorOf(await post(twin.url, refused.key, { model: 'sim/echo', messages: said() }))).toMatchObject({
    code: 'forbidden',
    message: 'The organization of this key is disabled.',
  });
});

test('a model that is not there and one that the key may not call get the same answer', async () => {
  const narrow = await twin.key('1', { allowedModels: ['sim/cent'] });
  const [unknown, hidden] = await Promise.all([
    post(twin.url, narrow.key, { model: 'sim/nothing', messages: said() }).then(errorOf),
    post(twin.url, narrow.key, { model: 'sim/echo', messages: said() }).then(errorOf),
  ]);
  expect(unknown.message.replace('sim/nothing', '')).toBe(hidden.message.replace('sim/echo', ''));
  expect(await statusOf(post(twin.url, narrow.key, { model: 'sim/cent', messages: said() }))).toBe(200);
});

test('chat asked of an embedding model is pointed to the right address', async () => {
  const error = await errorOf(await post(twin.url, key, { model: 'sim/embed', messages: said() }));
  expect(error).toMatchObject({ code: 'invalid_parameter', message: expect.stringContaining('/v1/embeddings') });
});

test('an attachment whose tokens nothing bounds is refused, not guessed', async () => {
  const messages = [{ role: 'user', content: [{ type: 'file', file: { file_id: 'x' } }] }];
  const unbounded = await errorOf(await post(twin.url, key, { model: 'boundless/echo', messages }));
  expect(unbounded).toMatchObject({ code: 'invalid_parameter', message: expect.stringContaining('context_window') });
  const bounded = await errorOf(await post(twin.url, key, { model: 'sim/echo', messages }));
  expect(bounded, 'a context of a million tokens is more than this wallet covers').toMatchObject({
    code: 'insufficient_balance',
  });
});

test('an address that is not there, or asked in the wrong way, says what is', async () => {
  expect(await errorOf(await post(twin.url, key, {}, { path: '/v1/nothing' }))).toMatchObject({ code: 'not_found' });
  const deed = await post(twin.url, key, {}, { path: '/v1beta/models/sim/echo:tuneModel' });
  expect([deed.status, await deed.text()]).toEqual([404, expect.stringContaining(':generateContent')]);
  const receipt = await fetch(`${twin.url}/v1/generation`, { headers: { authorization: `Bearer ${key}` } });
  expect(await errorOf(receipt)).toMatchObject({ code: 'invalid_parameter', param: 'id' });
  const garbled = await fetch(`${twin.url}/v1/models/%zz`, { headers: { authorization: `Bearer ${key}` } });
  expect(await errorOf(garbled)).toMatchObject({ code: 'unknown_model' });
  const got = await fetch(`${twin.url}/v1/chat/completions`, { headers: { authorization: `Bearer ${key}` } });
  expect(await errorOf(got)).toMatchObject({ code: 'method_not_allowed' });
  expect(await errorOf(await post(twin.url, key, {}, { path: '/v1/credits' }))).toMatchObject({
    code: 'method_not_allowed',
  });
});
