// What nobody sends who means well: it reaches nobody, stalls nobody, and is told what is wrong with it.
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callAddresses } from '#http/gateway/call-paths.ts';
import { geminiDeeds, jobAddresses } from '#test/fuzz/doors.ts';
import { fieldsOf, type Part, writeForm } from '#test/fuzz/form.ts';
import { formFor, sampleFor, takesJson } from '#test/fuzz/samples.ts';
import { Chance } from '#test/simulation/chance.ts';
import type { FailpointName } from '#ports/failpoints.ts';
import { startAnthropicUpstream } from './anthropic-upstream.ts';
import { type OwnUpstream, startOwnUpstream, whole } from './own-upstream.ts';
import { exchange, hasAnswered, statusesIn } from './raw-exchange.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually, post, said, statusOf } from './wire.ts';

let twin: TwinGateway;
let own: OwnUpstream;
let maker: OwnUpstream;
let key: string;
let foreignCalls = 0;
let answered = 0;
let losesHolds = false;
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
      routeOf(targetOf('video', own.provider), 'video'),
      routeOf(targetOf('opus', maker.provider)),
    ],
    log,
    failpoints: { reach: loseHolds },
    bodySilenceMsMax: 300,
  });
  ({ key } = await twin.key('10'));
});

/** As a store does that was emptied. */
function loseHolds(name: FailpointName): void {
  if (name !== 'after-hold' || !losesHolds) return;
  for (const { requestId } of twin.house.live.values()) void twin.house.store.void(requestId);
}

afterAll(async () => {
  await eventually(() => twin.keeper.size === 0);
  expect(bugs).toEqual([]);
  expect(foreignCalls).toBe(0);
  expect(await creditsOf(twin.url, key)).toMatchObject({ held: '0' });
  foreign.close();
  own.stop();
  maker.stop();
  await twin.stop();
});

interface DoorOf {
  readonly path: string;
  /** What its right requests are known by. */
  readonly address: string;
  readonly model: string;
}

const models = ['own/chat', 'own/embed', 'maker/opus'];
const doors: readonly Omit<DoorOf, 'model'>[] = [
  ...[...callAddresses, ...jobAddresses].map((path) => ({ path, address: path })),
  ...geminiDeeds.map((address) => ({ path: `/v1beta/models/own/chat:${address}`, address })),
];
const everyPath = doors.map(({ path }) => path);

/** A model of each sort where models are told apart while the body is read. */
function everywhere(): readonly DoorOf[] {
  const json = doors.filter(({ address }) => takesJson(address));
  const [model = ''] = models;
  return [
    ...json.map((door) => ({ ...door, model })),
    ...models.slice(1).map((other) => ({ path: '/v1/messages', address: '/v1/messages', model: other })),
  ];
}

const formAddresses = [...callAddresses, ...jobAddresses].filter((address) => formFor(address));
const right = (address: string, model: string) => JSON.stringify(sampleFor(address)(model, new Chance(address)));

function rightForm(address: string): readonly Part[] {
  const kind = address === '/v1/videos' ? 'video' : address === '/v1/images/edits' ? 'image' : 'transcribe';
  return formFor(address)?.(`sim/${kind}`, new Chance(address)) ?? [];
}

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
  const slow = everyPath.flatMap((path) => [
    exchange(twin.url, raw({ path, lines: ['Content-Length: 1000'], body: body.slice(0, 20) })),
    exchange(twin.url, raw({ path, lines: ['Transfer-Encoding: chunked'], body: '5\r\n{"mod' })),
  ]);
  const served = await Promise.all(
    Array.from({ length: 50 }, () => statusOf(post(twin.url, key, { model: 'own/chat', messages: said() }))),
  );
  expect(new Set(served)).toEqual(new Set([200]));
  for (const answer of await Promise.all(slow)) {
    expect(statusesIn(answer)).toEqual([408]);
    expect(answer).toMatch(/"code":("request_timeout"|408)/);
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
  for (const { path, address, model } of everywhere()) {
    const sample = JSON.parse(right(address, model)) as Readonly<Record<string, unknown>>;
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

test('a body of millions of fields, objects or lists is refused before it is read, and a long text is taken', async () => {
  const fields = Array.from({ length: 300_000 }, (_, index) => `"f${index}":1`).join(',');
  for (const value of [`{${fields}}`, `[${'{},'.repeat(300_000)}{}]`, `[${'[],'.repeat(300_000)}[]]`]) {
    const response = await post(twin.url, key, `{"model":"own/chat","messages":${value}}`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('more than 250,000 fields');
  }
  // Within a text they are none.
  const { key: rich } = await twin.key('100');
  const long = await post(twin.url, rich, { model: 'own/chat', messages: said('{[:'.repeat(300_000)), max_tokens: 5 });
  expect(long.status).toBe(200);
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
  const refused = await Promise.all(everyPath.map(upload));
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
  for (const { path, address, model } of everywhere()) {
    const body = Buffer.from(right(address, model));
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
  const responses = [
    await post(twin.url, key, { model: 'own/chat', messages: said() }),
    await post(twin.url, key, { model: 'own/video', prompt: 'A tram' }, { path: '/v1/videos' }),
  ];
  own.answers(answer);
  for (const response of responses) {
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { code: 'upstream_failed' } });
  }
});

interface SentForm {
  readonly address: string;
  readonly parts: readonly Part[];
  readonly contentType?: string;
  readonly cut?: (body: Buffer) => Buffer;
}

function sendForm({ address, parts, contentType, cut = (body) => body }: SentForm): Promise<Response> {
  const form = writeForm(parts);
  return fetch(`${twin.url}${address}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': contentType ?? form.contentType },
    body: new Uint8Array(cut(form.body)),
  });
}

test('a form is read whatever its boundary is called, and none that does not fit together', async () => {
  for (const address of formAddresses) {
    const parts = rightForm(address);
    const said = writeForm(parts).contentType;
    const boundary = said.slice(said.indexOf('=') + 1);
    for (const contentType of [
      said,
      `multipart/form-data; boundary="${boundary}"`,
      said.replace('multipart', 'Multipart'),
    ]) {
      expect((await sendForm({ address, parts, contentType })).status, `${address} ${contentType}`).toBe(200);
    }
    const wrong: readonly Omit<SentForm, 'address' | 'parts'>[] = [
      { contentType: 'multipart/form-data' },
      { contentType: 'multipart/form-data; boundary=' },
      { contentType: 'multipart/form-data; boundary=(.*)+$' },
      { contentType: `multipart/form-data; boundary=${'x'.repeat(5_000)}` },
      { contentType: said.replace('form-data', 'mixed') },
      { contentType: 'application/json' },
      { cut: (body) => body.subarray(0, -10) },
      { cut: () => Buffer.alloc(0) },
      { cut: () => Buffer.from(`--${boundary}`.repeat(20_000)) },
      { cut: (body) => Buffer.from(body.toString('latin1').replaceAll('form-data; ', 'attachment; '), 'latin1') },
    ];
    for (const each of wrong) {
      const answer = await sendForm({ address, parts, ...each });
      expect(answer.status, `${address} ${JSON.stringify(each)} ${each.cut?.toString() ?? ''}`).toBe(400);
      expect(await answer.text(), `${address} ${JSON.stringify(each)} ${each.cut?.toString() ?? ''}`).toContain(
        '"malformed_request"',
      );
    }
  }
});

test('thousands of parts, parts that are there twice and names out of the prototype are refused by name', async () => {
  for (const address of formAddresses) {
    const parts = rightForm(address);
    const [first] = parts;
    if (!first) throw new Error('A form has parts.');
    const many = await sendForm({ address, parts: Array.from({ length: 5_000 }, () => first) });
    expect(many.status, address).toBe(400);
    expect(await many.text()).toContain('more than 64 parts');
    const twice = await sendForm({ address, parts: [...parts, first] });
    expect(await twice.json(), address).toMatchObject({ error: { code: 'invalid_parameter', param: first.name } });
  }
  for (const name of ['constructor', '__proto__', 'toString']) {
    const answer = await sendForm({
      address: '/v1/videos',
      parts: [...rightForm('/v1/videos'), ...fieldsOf({ [name]: 'x' })],
    });
    expect(answer.status, name).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { param: name, message: `"${name}" is not known here, and would not be obeyed.` },
    });
  }
});

test('a recording without a byte is the fault of whoever sent it', async () => {
  for (const address of ['/v1/audio/transcriptions', '/v1/audio/translations']) {
    const parts = rightForm(address).map((part) => (part.name === 'file' ? { ...part, bytes: Buffer.alloc(0) } : part));
    const answer = await sendForm({ address, parts });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: 'invalid_parameter', param: 'file' } });
  }
});

test('money that was lost between setting it aside and sending is told as such, and nothing is sent', async () => {
  const before = answered;
  losesHolds = true;
  const response = await post(twin.url, key, { model: 'own/chat', messages: said() });
  losesHolds = false;
  expect(response.status).toBe(503);
  expect(response.headers.get('x-should-retry')).toBe('true');
  expect(await response.json()).toMatchObject({ error: { code: 'not_exact' } });
  expect(answered).toBe(before);
});
