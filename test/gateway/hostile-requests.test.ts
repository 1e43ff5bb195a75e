// What nobody sends who means well: it reaches nobody, stalls nobody, and is told what is wrong with it.
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callAddresses } from '#http/gateway/call-paths.ts';
import { sampleFor } from '#test/fuzz/samples.ts';
import { Chance } from '#test/simulation/chance.ts';
import { startAnthropicUpstream } from './anthropic-upstream.ts';
import { type OwnUpstream, startOwnUpstream, whole } from './own-upstream.ts';
import { exchange, hasAnswered, statusesIn } from './raw-exchange.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, post, said, statusOf } from './wire.ts';

let twin: TwinGateway;
let own: OwnUpstream;
let maker: OwnUpstream;
let key: string;
let foreignCalls = 0;
let answered = 0;
const bugs: unknown[] = [];

const foreign = createServer((_request, response) => {
  foreignCalls += 1;
  response.end();
});
const foreignHost = () => `127.0.0.1:${(foreign.address() as AddressInfo).port}`;
const ok = { id: 'own', choices: [{ message: { content: 'Hi' } }], usage: { prompt_tokens: 5, completion_tokens: 1 } };

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    foreign.listen(0, '127.0.0.1', resolve);
  });
  own = await startOwnUpstream('own');
  maker = await startAnthropicUpstream();
  const answer = whole(ok);
  own.answers((response) => {
    answered += 1;
    answer(response);
  });
  const log = { info: () => undefined, warn: () => undefined, error: (facts: object) => void bugs.push(facts) };
  twin = await startTwinGateway({
    routes: [
      routeOf(targetOf('chat', own.provider)),
      routeOf(targetOf('embed', own.provider), 'embedding'),
      routeOf(targetOf('opus', maker.provider)),
    ],
    log,
    bodySilenceMsMax: 300,
  });
  ({ key } = await twin.key('10'));
});

afterAll(async () => {
  expect(bugs).toEqual([]);
  expect(foreignCalls).toBe(0);
  expect(await creditsOf(twin.url, key)).toMatchObject({ held: '0' });
  foreign.close();
  own.stop();
  maker.stop();
  await twin.stop();
});

const models = ['own/chat', 'own/embed', 'maker/opus'];
const everywhere = () => callAddresses.flatMap((path) => models.map((model) => ({ path, model })));
const right = (path: string, model: string) => JSON.stringify(sampleFor(path)(model, new Chance(path)));

interface Raw {
  readonly path?: string;
  readonly lines: readonly string[];
  readonly body?: string;
}

function raw({ path = '/v1/chat/completions', lines, body = '' }: Raw): string {
  const head = [`POST ${path} HTTP/1.1`, `Host: faregate`, `Authorization: Bearer ${key}`, ...lines];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

test('a body that stops coming is answered with 408, and its connection is closed, while others are served', async () => {
  const body = right('/v1/chat/completions', 'own/chat');
  const slow = callAddresses.flatMap((path) => [
    exchange(twin.url, raw({ path, lines: ['Content-Length: 1000'], body: body.slice(0, 20) })),
    exchange(twin.url, raw({ path, lines: ['Transfer-Encoding: chunked'], body: '5\r\n{"mod' })),
  ]);
  const served = await Promise.all(
    Array.from({ length: 50 }, () => statusOf(post(twin.url, key, { model: 'own/chat', messages: said() }))),
  );
  expect(new Set(served)).toEqual(new Set([200]));
  for (const answer of await Promise.all(slow)) {
    expect(statusesIn(answer)).toEqual([408]);
    expect(answer).toContain('"code":"request_timeout"');
    expect(answer.toLowerCase()).toContain('connection: close');
  }
});

test('a body that comes slowly and does not stop is taken', async () => {
  const body = right('/v1/chat/completions', 'own/chat');
  const socket = connect(Number(new URL(twin.url).port), '127.0.0.1');
  const answer = new Promise<string>((resolve) => {
    socket.once('data', (piece) => resolve(piece.toString('latin1')));
  });
  socket.write(raw({ lines: [`Content-Length: ${body.length}`] }));
  const pieces = 6;
  const size = Math.ceil(body.length / pieces);
  for (let at = 0; at < body.length; at += size) {
    socket.write(body.slice(at, at + size));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(statusesIn(await answer)).toEqual([200]);
  socket.destroy();
});

test('JSON of 100,000 levels overflows nobody: it is refused, wherever it stands', async () => {
  const deep = ['['.repeat(100_000) + ']'.repeat(100_000), '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)];
  for (const { path, model } of everywhere()) {
    const sample = JSON.parse(right(path, model)) as Readonly<Record<string, unknown>>;
    const bodies = deep.flatMap((value) => [
      value,
      value.slice(0, 100_000),
      ...Object.keys(sample).map((name) => JSON.stringify({ ...sample, [name]: '@' }).replace('"@"', value)),
      JSON.stringify({ ...sample, metadata: '@' }).replace('"@"', value),
    ]);
    for (const body of bodies) {
      const response = await post(twin.url, key, body, { path });
      expect(response.status, path).toBe(400);
      expect(await response.text()).toContain('512 levels');
    }
  }
});

test('as deep as it may be is translated as well', async () => {
  const levels = 500;
  const parameters = JSON.parse('{"properties":'.repeat(levels) + '{}' + '}'.repeat(levels)) as object;
  const tools = [{ type: 'function', function: { name: 'weather', parameters } }];
  maker.answers(whole({ type: 'message', content: [], usage: { input_tokens: 5, output_tokens: 1 } }));
  const response = await post(twin.url, key, { model: 'maker/opus', messages: said(), tools, max_tokens: 5 });
  expect(response.status).toBe(200);
});

test('a body of 100 MB is refused at every address, and nobody waits for it', async () => {
  const upload = (path: string) =>
    exchange(
      twin.url,
      raw({ path, lines: [`Content-Length: ${100 * 1_048_576}`], body: '{'.repeat(1_000) }),
      hasAnswered,
    );
  const refused = await Promise.all(callAddresses.map(upload));
  expect(new Set(refused.flatMap(statusesIn))).toEqual(new Set([413]));
  expect(await statusOf(post(twin.url, key, { model: 'own/chat', messages: said() }))).toBe(200);
});

test('a body in chunks of one byte is taken', async () => {
  const body = right('/v1/chat/completions', 'own/chat') + ' '.repeat(20_000);
  const chunks = body
    .split('')
    .map((byte) => `1\r\n${byte}\r\n`)
    .join('');
  const answer = await exchange(
    twin.url,
    raw({ lines: ['Transfer-Encoding: chunked'], body: `${chunks}0\r\n\r\n` }),
    hasAnswered,
  );
  expect(statusesIn(answer)).toEqual([200]);
});

test('a request that two servers could read differently is refused, and nothing behind it is read', async () => {
  const inner = raw({ path: '/v1/chat/completions', lines: ['Content-Length: 2'], body: '{}' });
  const body = right('/v1/chat/completions', 'own/chat');
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  const length = `Content-Length: ${body.length}`;
  const before = answered;
  const ambiguous: readonly Raw[] = [
    { lines: [length, 'Transfer-Encoding: chunked'], body: chunked },
    { lines: ['Transfer-Encoding: chunked', 'Content-Length: 4'], body: chunked },
    { lines: [length, `Content-Length: ${body.length + inner.length}`], body },
    { lines: [`Content-Length: ${body.length}, ${body.length + 5}`], body },
    { lines: ['Content-Length: +5'], body },
    { lines: ['Transfer-Encoding: xchunked'], body: chunked },
    { lines: ['Transfer-Encoding: chunked, identity'], body: chunked },
    { lines: ['Transfer-Encoding : chunked'], body: chunked },
    { lines: [length, 'X: a\nTransfer-Encoding: chunked'], body },
    { lines: [length, 'X: a\rTransfer-Encoding: chunked'], body },
    { lines: [length, 'X\u0000: a'], body },
    { lines: ['Content-Length:\r\n 5'], body },
    { lines: [length, 'X-Folded: a\r\n b: c'], body },
    { lines: ['Transfer-Encoding: chunked'], body: `${body.length.toString(16)}\n${body}\n0\n\n` },
    { lines: ['Transfer-Encoding: chunked'], body: `0x5\r\n${body}` },
    { lines: ['Transfer-Encoding: chunked'], body: `fffffffffffffffff\r\n${body}` },
  ];
  for (const each of ambiguous) {
    const answer = await exchange(twin.url, raw(each) + inner);
    expect(statusesIn(answer), JSON.stringify(each.lines)).toEqual([400]);
  }
  expect(answered, 'none of them has reached the provider').toBe(before);
});

test('what a request says of addresses is refused or not heard, and no address but the provider is called', async () => {
  const host = foreignHost();
  const url = `http://${host}`;
  const before = answered;
  for (const name of ['base_url', 'api_base', 'api_key', 'models', 'fallbacks', 'route', 'custom_llm_provider']) {
    const response = await post(twin.url, key, { model: 'own/chat', messages: said(), [name]: url });
    expect(response.status, name).toBe(400);
    expect(await response.text()).toContain(name);
  }
  expect(answered).toBe(before);
  const body = right('/v1/chat/completions', 'own/chat');
  const length = `Content-Length: ${body.length}`;
  const headers = [
    `X-Forwarded-Host: ${host}`,
    `X-Forwarded-For: 1.2.3.4`,
    `Forwarded: host=${host}`,
    `X-Portkey-Config: {"custom_host":"${url}"}`,
    `X-Portkey-Custom-Host: ${url}`,
    `X-Portkey-Provider: other`,
    `Api-Base: ${url}`,
    `X-Base-Url: ${url}`,
    `X-Original-Url: ${url}`,
    `X-Rewrite-Url: ${url}`,
    `Proxy: ${url}`,
  ];
  const answer = await exchange(twin.url, raw({ lines: [length, ...headers], body }), hasAnswered);
  expect(statusesIn(answer)).toEqual([200]);
  expect(JSON.stringify([own.headers(), own.path()])).not.toContain(host);
  const forwarded = Object.keys(own.headers()).filter((name) => name.startsWith('x-') || name === 'forwarded');
  expect(forwarded).toEqual([]);
  const beforeTargets = answered;
  for (const path of [
    `${url}/v1/chat/completions`,
    `//${host}/v1/chat/completions`,
    `@${host}/v1/chat/completions`,
    host,
  ]) {
    const [status] = statusesIn(await exchange(twin.url, raw({ path, lines: [length, 'Connection: close'], body })));
    expect([400, 404]).toContain(status);
  }
  expect(answered).toBe(beforeTargets);
  const query = `/v1/chat/completions?base_url=${encodeURIComponent(url)}`;
  const asked = await exchange(twin.url, raw({ path: query, lines: [length], body }), hasAnswered);
  expect(statusesIn(asked)).toEqual([200]);
  expect(own.path()).toBe('/v1/chat/completions');
});

test('bytes that are no UTF-8 are refused at every address', async () => {
  const wrong = ['80', 'c0af', 'eda080', 'f4908080', 'e282', 'ff'].map((hex) => Buffer.from(hex, 'hex'));
  for (const { path, model } of everywhere()) {
    const body = Buffer.from(right(path, model));
    const at = body.indexOf('"', body.indexOf(':')) + 1;
    for (const bytes of wrong) {
      const sent = Buffer.concat([body.subarray(0, at), bytes, body.subarray(at)]);
      const answer = await exchange(
        twin.url,
        Buffer.concat([Buffer.from(raw({ path, lines: [`Content-Length: ${sent.length}`] })), sent]),
        hasAnswered,
      );
      expect(statusesIn(answer), path).toEqual([400]);
      expect(answer).toContain('UTF-8');
    }
  }
});

test('a request to upgrade is answered as any other one, and is the last of its connection', async () => {
  const body = right('/v1/chat/completions', 'own/chat');
  for (const protocol of ['websocket', 'h2c']) {
    const lines = [`Content-Length: ${body.length}`, `Upgrade: ${protocol}`, 'Connection: Upgrade'];
    const answer = await exchange(twin.url, raw({ lines, body }) + raw({ path: '%2f', lines: [] }));
    expect(statusesIn(answer)).toEqual([200]);
  }
});

test('a redirect of the provider is followed by nobody, and is not passed on', async () => {
  const answer = whole(ok);
  own.answers((response) => void response.writeHead(307, { location: `http://${foreignHost()}/` }).end());
  const response = await post(twin.url, key, { model: 'own/chat', messages: said() });
  own.answers(answer);
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ error: { code: 'upstream_failed' } });
});
