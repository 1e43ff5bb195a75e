// Images, speech and transcripts through the door, with the official SDK: what is held, and what is charged to the unit.
import { connect } from 'node:net';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTwinGateway, type TwinGateway } from './twin-gateway.ts';
import { count, creditsOf, eventually, post, statusOf } from './wire.ts';

let twin: TwinGateway;

beforeAll(async () => {
  twin = await startTwinGateway();
});

afterAll(() => twin.stop());

interface Customer {
  readonly key: string;
  readonly client: OpenAI;
  readonly balance: () => Promise<string>;
}

async function customer(dollars: string): Promise<Customer> {
  const { key } = await twin.key(dollars);
  const client = new OpenAI({ baseURL: `${twin.url}/v1`, apiKey: key, maxRetries: 0 });
  return { key, client, balance: async () => (await creditsOf(twin.url, key)).balance };
}

const png = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Of eight bits and 8,000 samples a second. */
function wave(seconds: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(8_000 * seconds, 40);
  return Buffer.concat([head, Buffer.alloc(8_000 * seconds, 128)]);
}

describe('images', () => {
  test('two of them cost two', async () => {
    const { client, balance } = await customer('1');
    const { data, response } = await client.images
      .generate({ model: 'sim/image', prompt: 'A ferry at a gate', n: 2, response_format: 'b64_json' })
      .withResponse();
    expect(data.data).toHaveLength(2);
    const [first, second] = data.data ?? [];
    expect(Buffer.from(first?.b64_json ?? '', 'base64').subarray(0, 8)).toEqual(png);
    expect(first).not.toEqual(second);
    expect(response.headers.get('x-faregate-charge')).toBe('0.02');
    expect(await balance()).toBe('0.98');
  });

  test('a better one costs what its quality costs', async () => {
    const { client, balance } = await customer('1');
    await client.images.generate({ model: 'sim/image', prompt: 'A ferry', quality: 'hd', size: '1024x1024' });
    expect(await balance()).toBe('0.98');
  });

  test('addresses are passed on when they are asked for', async () => {
    const { client } = await customer('1');
    const { data } = await client.images.generate({ model: 'sim/image', prompt: 'A ferry', response_format: 'url' });
    expect(data?.[0]?.url).toMatch(/^https:\/\/simulator\.invalid\//);
  });

  test('a file is changed', async () => {
    const { client, balance } = await customer('1');
    const image = await toFile(png, 'ferry.png', { type: 'image/png' });
    const { data } = await client.images.edit({ model: 'sim/image', image, prompt: 'At night', n: 3 });
    expect(data).toHaveLength(3);
    expect(await balance()).toBe('0.97');
    const empty = await toFile(Buffer.alloc(0), 'ferry.png', { type: 'image/png' });
    const asked = client.images.edit({ model: 'sim/image', image: empty, prompt: 'At night' });
    await expect(asked).rejects.toMatchObject({ status: 400, code: 'invalid_parameter', param: 'image' });
    expect(await balance()).toBe('0.97');
  });

  test('a stream tells its charge with its last event', async () => {
    const { client, balance } = await customer('1');
    const stream = await client.images.generate({
      model: 'sim/image',
      prompt: 'A ferry',
      stream: true,
      partial_images: 2,
    });
    const types: string[] = [];
    let fare: unknown;
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === 'image_generation.completed') fare = (event as { faregate?: unknown }).faregate;
    }
    expect(types).toEqual([...Array<string>(2).fill('image_generation.partial_image'), 'image_generation.completed']);
    expect(fare).toMatchObject({ charge: '0.01', balance: '0.99' });
    expect(await balance()).toBe('0.99');
  });

  test('1,000 at once on a wallet for 100: exactly 100 are drawn', async () => {
    const { key } = await customer('1');
    const body = { model: 'sim/image', prompt: 'A ferry', quality: 'standard' };
    const path = '/v1/images/generations';
    const statuses = await Promise.all(
      Array.from({ length: 1_000 }, () => statusOf(post(twin.url, key, body, { path }))),
    );
    expect(count(statuses)).toEqual({ 200: 100, 402: 900 });
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0', held: '0', overdue: '0' });
  });

  test('a wallet for one does not send a call for two', async () => {
    const { client, balance } = await customer('0.01');
    const before = twin.simulator.counters().requestsByModel['image'] ?? 0;
    const asked = client.images.generate({ model: 'sim/image', prompt: 'A ferry', n: 2, quality: 'standard' });
    await expect(asked).rejects.toMatchObject({ status: 402, error: { available: '0.01', needed: '0.02' } });
    expect(twin.simulator.counters().requestsByModel['image'] ?? 0).toBe(before);
    expect(await balance()).toBe('0.01');
  });

  test('what the provider did not draw costs nothing', async () => {
    const { client, balance } = await customer('1');
    const broken = client.images.generate({ model: 'sim/image', prompt: 'A ferry #error_status=500' });
    await expect(broken).rejects.toMatchObject({ status: 502 });
    const refused = client.images.generate({ model: 'sim/image', prompt: 'A ferry #error_status=400' });
    await expect(refused).rejects.toMatchObject({ status: 400 });
    expect(await balance()).toBe('1');
  });

  test('a caller who hangs up in a stream pays for the picture', async () => {
    const { key, balance } = await customer('1');
    const caller = new AbortController();
    const body = { model: 'sim/image', prompt: 'A ferry', stream: true, partial_images: 1, quality: 'standard' };
    const options = { path: '/v1/images/generations', signal: caller.signal, headers: { 'x-sim-chunk-bytes': '20' } };
    const response = await post(twin.url, key, body, options);
    await response.body?.getReader().read();
    caller.abort();
    await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
    expect(await balance()).toBe('0.99');
  });

  test.each([
    [{ n: 0 }, 'n'],
    [{ n: 1.5 }, 'n'],
    [{ n: '2', size: 'x'.repeat(65) }, 'size'],
    [{ num_images: 4 }, 'num_images'],
    [{ N: 4 }, 'N'],
    [{ size: '99999x1' }, 'size'],
    [{ size: '512x512', width: 512 }, 'size'],
    [{ width: 512 }, 'width'],
    [{ response_format: 'tiff' }, 'response_format'],
    [{ models: ['other/model'] }, 'models'],
    [{ partial_images: 4 }, 'partial_images'],
  ])('%j is refused by its name', async (fields, param) => {
    const { key, balance } = await customer('1');
    const body = { model: 'sim/image', prompt: 'A ferry', ...fields };
    const response = await post(twin.url, key, body, { path: '/v1/images/generations' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param, code: 'invalid_parameter' } });
    expect(await balance()).toBe('1');
  });
});

describe('speech', () => {
  test('is charged by the character, and comes as it is', async () => {
    const { client, balance } = await customer('1');
    const input = 'Fähre ⛴'.repeat(10);
    const { data, response } = await client.audio.speech
      .create({ model: 'sim/speech', voice: 'alloy', input, response_format: 'wav' })
      .withResponse();
    const bytes = Buffer.from(await data.arrayBuffer());
    expect(bytes.subarray(0, 4).toString()).toBe('RIFF');
    expect(response.headers.get('content-type')).toBe('audio/wav');
    // Seven code points, ten times, at ten dollars a million.
    expect(response.headers.get('x-faregate-charge')).toBe('0.0007');
    expect(await balance()).toBe('0.9993');
  });

  test('a stream of events ends with usage and charge', async () => {
    const { key, balance } = await customer('1');
    const body = { model: 'sim/speech', voice: 'alloy', input: 'Hello there', stream_format: 'sse' };
    const text = await (await post(twin.url, key, body, { path: '/v1/audio/speech' })).text();
    const last: unknown = JSON.parse(text.trim().split('\n\n').at(-1)?.slice('data: '.length) ?? '');
    expect(last).toMatchObject({
      type: 'speech.audio.done',
      usage: { input_tokens: 3 },
      faregate: { charge: '0.00011', balance: '0.99989' },
    });
    expect(text).toContain('speech.audio.delta');
    expect(await balance()).toBe('0.99989');
  });

  test('a wallet for less text is told what is missing', async () => {
    const { client } = await customer('0.0001');
    const asked = client.audio.speech.create({ model: 'sim/speech', voice: 'alloy', input: 'Hello there' });
    await expect(asked).rejects.toMatchObject({ status: 402, error: { needed: '0.00011' } });
  });
});

describe('transcripts', () => {
  const recording = () => toFile(wave(30), 'meeting.wav', { type: 'audio/wav' });

  test('are charged by the second', async () => {
    const { client, balance } = await customer('1');
    const said = await client.audio.transcriptions.create({ model: 'sim/transcribe', file: await recording() });
    expect(said.text).toMatch(/^sim ula ted/);
    // Thirty seconds at 0.006 a minute.
    expect(await balance()).toBe('0.997');
  });

  test('in every format', async () => {
    const { client, balance } = await customer('1');
    const ask = async (response_format: 'text' | 'srt' | 'vtt' | 'verbose_json') =>
      client.audio.transcriptions.create({ model: 'sim/transcribe', file: await recording(), response_format });
    expect(await ask('text')).toMatch(/^sim ula/);
    expect(await ask('srt')).toMatch(/^1\n00:00:00,000 --> 00:00:30,000\nsim/);
    expect(await ask('vtt')).toMatch(/^WEBVTT/);
    expect(await ask('verbose_json')).toMatchObject({ duration: 30, segments: [{ end: 30 }] });
    // Text says nothing of its length, so the file's own is charged, its head of 44 bytes included.
    const charged = 1 - Number(await balance());
    expect(charged).toBeGreaterThanOrEqual(0.012);
    expect(charged).toBeLessThan(0.01201);
  });

  test('as a stream', async () => {
    const { client, balance } = await customer('1');
    const stream = await client.audio.transcriptions.create({
      model: 'sim/transcribe',
      file: await recording(),
      stream: true,
    });
    const types = new Set<string>();
    for await (const event of stream) types.add(event.type);
    expect([...types]).toEqual(['transcript.text.delta', 'transcript.text.done']);
    expect(await balance()).toBe('0.997');
  });

  test('translations go where translations are made', async () => {
    const { client, balance } = await customer('1');
    const said = await client.audio.translations.create({ model: 'sim/transcribe', file: await recording() });
    expect(said.text).not.toBe('');
    expect(await balance()).toBe('0.997');
  });

  test('an hour in a file that claims to be short is held for as an hour', async () => {
    const { client } = await customer('0.05');
    const file = wave(600);
    file.writeUInt32LE(8, 40);
    const asked = client.audio.transcriptions.create({
      model: 'sim/transcribe',
      file: await toFile(file, 'short.wav'),
    });
    await expect(asked).rejects.toMatchObject({ status: 402 });
  });
});

describe('a hostile form', () => {
  const boundary = 'b0undary';
  const part = (head: string, content = 'x') =>
    `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
  const file = part('name="file"; filename="a.wav"');
  const model = part('name="model"', 'sim/transcribe');
  const end = `--${boundary}--\r\n`;

  async function send(body: string, contentType = `multipart/form-data; boundary=${boundary}`) {
    const { key, balance } = await customer('1');
    const headers = { 'content-type': contentType };
    const response = await post(twin.url, key, body, { path: '/v1/audio/transcriptions', headers });
    const answer = (await response.json()) as { error?: { message: string; param: string | null } };
    expect(await balance()).toBe('1');
    return { status: response.status, ...answer.error };
  }

  test.each([
    ['no form at all', '{}', 'application/json'],
    ['no boundary', model + file + end, 'multipart/form-data'],
    ['another boundary', model + file + end, 'multipart/form-data; boundary=other'],
    ['no end', model + file, undefined],
    ['a cut part', `${model}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a`, undefined],
    ['parts without end', part('name="x[]"').repeat(100) + end, undefined],
    ['nothing', '', undefined],
  ])('%s is a clear 400', async (_what, body, contentType) => {
    const { status, message } = await send(body, contentType);
    expect(status).toBe(400);
    expect(message).toMatch(/form|boundary|parts/);
  });

  test.each([
    ['no file', model + end, 'file'],
    ['an empty recording', model + part('name="file"; filename="a.wav"', '') + end, 'file'],
    ['a file as text', model + part('name="file"') + end, 'file'],
    ['two files', model + file + file + end, 'file'],
    ['a model twice', model + part('name="model"', 'sim/echo') + file + end, 'model'],
    ['no model', file + end, 'model'],
    ['an address', model + part('name="url"', 'http://127.0.0.1/') + file + end, 'url'],
    ['a model as a file', part('name="model"; filename="sim"', 'sim/transcribe') + file + end, 'model'],
  ])('%s is refused by name', async (_what, body, param) => {
    expect(await send(body)).toMatchObject({ status: 400, param });
  });

  test('a path in the name of a file leads nowhere', async () => {
    const { key } = await customer('1');
    const named = part('name="file"; filename="../../etc/passwd"', wave(1).toString('latin1'));
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    const response = await post(twin.url, key, model + named + end, { path: '/v1/audio/transcriptions', headers });
    expect(response.status).toBe(200);
  });

  test.each([
    ['fewer', -40],
    ['more', 40],
  ])('that says %s bytes than it has is not read as if it were whole', async (_which, difference) => {
    const { key, balance } = await customer('1');
    const body = Buffer.from(model + file + end);
    const { hostname, port } = new URL(twin.url);
    const head = [
      'POST /v1/audio/transcriptions HTTP/1.1',
      `host: ${hostname}`,
      `authorization: Bearer ${key}`,
      `content-type: multipart/form-data; boundary=${boundary}`,
      `content-length: ${body.length + difference}`,
      'connection: close',
    ];
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () =>
        socket.end(`${head.join('\r\n')}\r\n\r\n${body.toString()}`),
      );
      let text = '';
      socket.on('data', (piece: Buffer) => (text += piece.toString()));
      socket.once('close', () => resolve(text));
      socket.once('error', reject);
    });
    expect(answer).not.toMatch(/^HTTP\/1\.1 (200|5)/);
    expect(await balance()).toBe('1');
  });

  test('a form beyond all bounds is a 413 before it is read', async () => {
    const { key } = await customer('1');
    const response = await fetch(`${twin.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: Buffer.alloc(65 * 1_048_576),
    });
    expect(response.status).toBe(413);
  });
});

test('a model answers where it is at home, and is told where that is', async () => {
  const { client } = await customer('1');
  const asked = client.images.generate({ model: 'sim/speech', prompt: 'A ferry' });
  await expect(asked).rejects.toMatchObject({ status: 400, message: expect.stringContaining('/v1/audio/speech') });
});
