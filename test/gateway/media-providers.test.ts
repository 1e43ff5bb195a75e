// Films and songs of each provider, over HTTP against a server that answers as its documentation says.
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Provider, Route } from '#core/catalog/catalog.ts';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import { veoJobs } from '#providers/google/veo.ts';
import { klingJobs } from '#providers/kling/jobs.ts';
import { lumaJobs } from '#providers/luma/jobs.ts';
import { minimaxJobs } from '#providers/minimax/jobs.ts';
import { runwayJobs } from '#providers/runway/jobs.ts';
import { routeOf, simulatorRow, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually } from './wire.ts';

interface Asked {
  readonly call: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** By `GET /path`; a function sees how often it was asked. */
type Answers = Readonly<Record<string, object | string | ((times: number) => object)>>;

let twin: TwinGateway;
let server: Server;
let origin = '';
let answers: Answers = {};
let asked: Asked[] = [];

const film = 'the bytes of a film';

beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const call = `${request.method ?? ''} ${request.url ?? ''}`;
      const times = asked.filter((each) => each.call === call).length;
      asked.push({ call, headers: request.headers, body: Buffer.concat(pieces).toString('latin1') });
      const answer = answers[call];
      const said = typeof answer === 'function' ? answer(times) : answer;
      if (said === undefined) response.writeHead(404).end('{}');
      else if (typeof said === 'string') response.writeHead(200, { 'content-type': 'video/mp4' }).end(said);
      else {
        const { $status = 200, ...body } = said as { readonly $status?: number };
        response.writeHead($status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  twin = await startTwinGateway({
    media: [veoJobs(), runwayJobs(), lumaJobs(), klingJobs(), minimaxJobs()],
    providers: [],
    routes: Object.entries(models).map(([name, [adapter, kind]]) => routeTo(name, adapter, kind)),
    prices: Object.entries(models).map(([name, [, , components]]) => priceOf(name, components)),
  });
});

afterAll(async () => {
  await twin.stop();
  server.closeAllConnections();
  server.close();
});

afterEach(() => {
  asked = [];
  answers = {};
});

const usd = { per: '1', currency: 'usd' } as const;
const models: Readonly<
  Record<string, readonly [adapter: string, kind: Route['kind'], components: readonly PriceComponent[]]>
> = {
  'sora-2': ['openai-compatible', 'video', [{ ...usd, meter: 'video_second', price: '0.10' }]],
  'veo-3.1': ['google', 'video', [{ ...usd, meter: 'video_second', price: '0.40' }]],
  'gen4.5': ['runway', 'video', [{ ...usd, meter: 'credit', price: '0.01' }]],
  'ray-2': [
    'luma',
    'video',
    [{ ...usd, meter: 'video_clip', price: '0.71', when: { resolution: ['720p'], duration: ['5', '5s'] } }],
  ],
  'kling-v2-6': ['kling', 'video', [{ ...usd, meter: 'credit', price: '0.14' }]],
  'MiniMax-Hailuo-2.3': [
    'minimax',
    'video',
    [{ ...usd, meter: 'video_clip', price: '0.32', when: { resolution: ['768P', '768p'], duration: ['10', '10s'] } }],
  ],
  'music-2.0': ['minimax', 'music', [{ ...usd, meter: 'song', price: '0.03' }]],
};

function routeTo(name: string, adapter: string, kind: Route['kind']): Route {
  const credentials = [{ providerKeyId: `key of ${adapter}`, secret: 'access:secret', isPrimary: true, weight: 1 }];
  const provider: Provider = { ...simulatorRow, name: adapter, adapter, baseUrl: `${origin}/v1`, credentials };
  return routeOf({ ...targetOf(name, provider), name }, kind);
}

function priceOf(name: string, components: readonly PriceComponent[]): PriceVersion {
  return {
    id: `price of ${name}`,
    subject: { kind: 'model', name },
    book: 'list',
    currency: 'usd',
    components,
    modifiers: [],
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  };
}

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly error: { readonly message: string; readonly param?: string } | null;
}

class Customer {
  readonly key: string;
  readonly #collection: string;

  constructor(key: string, collection = 'videos') {
    this.key = key;
    this.#collection = collection;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' };
    return fetch(`${twin.url}/v1/${this.#collection}${path}`, { headers, ...init });
  }

  async begin(body: object): Promise<Shown> {
    return (await (await this.fetch('', { method: 'POST', body: JSON.stringify(body) })).json()) as Shown;
  }

  async ended(id: string): Promise<Shown> {
    let shown: Shown | undefined;
    await eventually(async () => {
      shown = (await (await this.fetch(`/${id}`)).json()) as Shown;
      return shown.status === 'completed' || shown.status === 'failed';
    }, 50);
    if (!shown) throw new Error('It has not ended.');
    return shown;
  }

  async content(id: string): Promise<string> {
    return (await this.fetch(`/${id}/content`)).text();
  }

  async balance(): Promise<string> {
    const { balance, held } = await creditsOf(twin.url, this.key);
    expect(held).toBe('0');
    return balance;
  }
}

async function customer(collection?: string): Promise<Customer> {
  return new Customer((await twin.key('10')).key, collection);
}

function sent(call: string): { readonly body: unknown; readonly headers: IncomingHttpHeaders } {
  const found = asked.find((each) => each.call === call);
  if (!found) throw new Error(`Nobody asked ${call}, only ${asked.map((each) => each.call).join(', ')}.`);
  return { headers: found.headers, body: found.body.startsWith('{') ? JSON.parse(found.body) : found.body };
}

test('Sora: a form, seconds as text, the film behind our credential', async () => {
  const video = { id: 'video_1', object: 'video', seconds: '8', size: '1280x720' };
  answers = {
    'POST /v1/videos': { ...video, status: 'queued', progress: 0 },
    'GET /v1/videos/video_1': (times) =>
      times === 0
        ? { ...video, status: 'in_progress', progress: 40 }
        : { ...video, status: 'completed', progress: 100 },
    'GET /v1/videos/video_1/content': film,
  };
  const one = await customer();
  const { id } = await one.begin({ model: 'sora-2', prompt: 'A tram', seconds: 8, size: '1280x720' });
  expect(await one.ended(id)).toMatchObject({ status: 'completed' });
  const { headers, body } = sent('POST /v1/videos');
  expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  expect(headers.authorization).toBe('Bearer access:secret');
  const form = await new Response(String(body), {
    headers: { 'content-type': String(headers['content-type']) },
  }).formData();
  expect(Object.fromEntries(form)).toEqual({ model: 'sora-2', prompt: 'A tram', seconds: '8', size: '1280x720' });
  expect(await one.content(id)).toBe(film);
  expect(sent('GET /v1/videos/video_1/content').headers.authorization).toBe('Bearer access:secret');
  expect(await one.balance()).toBe('9.2');
});

test('Sora: the seconds that it says it has made are what is charged', async () => {
  answers = {
    'POST /v1/videos': { id: 'video_2', object: 'video', status: 'queued' },
    'GET /v1/videos/video_2': { id: 'video_2', object: 'video', status: 'completed', seconds: '4' },
  };
  const one = await customer();
  const { id } = await one.begin({ model: 'sora-2', prompt: 'A tram', seconds: 8 });
  await one.ended(id);
  expect(await one.balance()).toBe('9.6');
});

test('a word that is not known does not end a job', async () => {
  const video = { id: 'video_3', object: 'video', seconds: '4' };
  const words = ['moderating', 'unknown', 'completed'];
  answers = {
    'POST /v1/videos': { ...video, status: 'queued' },
    'GET /v1/videos/video_3': (times) => ({ ...video, status: words[Math.min(times, 2)] }),
  };
  const one = await customer();
  const { id } = await one.begin({ model: 'sora-2', prompt: 'A tram' });
  expect(await one.ended(id)).toMatchObject({ status: 'completed' });
  expect(asked.filter(({ call }) => call.startsWith('GET')).length).toBe(3);
  expect(await one.balance()).toBe('9.6');
});

test('Veo: an operation; its film by the key, and a film that was withheld costs nothing', async () => {
  const name = 'models/veo-3.1/operations/abc';
  const samples = { generatedSamples: [{ video: { uri: `${origin}/v1/files/f1:download?alt=media` } }] };
  answers = {
    'POST /v1/models/veo-3.1:predictLongRunning': { name },
    [`GET /v1/${name}`]: (times) =>
      times === 0 ? { name } : { name, done: true, response: { generateVideoResponse: samples } },
    'GET /v1/files/f1:download?alt=media': film,
  };
  const one = await customer();
  const { id } = await one.begin({ model: 'veo-3.1', prompt: 'A tram', seconds: 6, size: '1280x720', seed: 7 });
  expect(await one.ended(id)).toMatchObject({ status: 'completed', seconds: '6' });
  const { body, headers } = sent('POST /v1/models/veo-3.1:predictLongRunning');
  expect(body).toEqual({
    instances: [{ prompt: 'A tram' }],
    parameters: { durationSeconds: 6, resolution: '720p', aspectRatio: '16:9', seed: 7 },
  });
  expect(headers['x-goog-api-key']).toBe('access:secret');
  expect(await one.content(id)).toBe(film);
  expect(await one.balance()).toBe('7.6');
  const withheld = { raiMediaFilteredCount: 1, raiMediaFilteredReasons: ['It shows a celebrity.'] };
  answers = {
    ...answers,
    [`GET /v1/${name}`]: { name, done: true, response: { generateVideoResponse: withheld } },
  };
  const other = await one.begin({ model: 'veo-3.1', prompt: 'A star' });
  expect(await one.ended(other.id)).toMatchObject({ status: 'failed', error: { message: 'It shows a celebrity.' } });
  expect(await one.balance()).toBe('7.6');
});

test('Runway: tasks that say their credits, and refund a failure', async () => {
  answers = {
    'POST /v1/text_to_video': { id: 'task-1' },
    'GET /v1/tasks/task-1': (times) =>
      times === 0
        ? { id: 'task-1', status: 'RUNNING', progress: 0.4 }
        : { id: 'task-1', status: 'SUCCEEDED', output: [`${origin}/film?sign=${times}`], cost: { credits: 60 } },
    'GET /film?sign=2': film,
  };
  const one = await customer();
  const { id } = await one.begin({ model: 'gen4.5', prompt: 'A tram', seconds: 5 });
  await one.ended(id);
  const { body, headers } = sent('POST /v1/text_to_video');
  expect(body).toEqual({ model: 'gen4.5', promptText: 'A tram', ratio: '1280:720', duration: 5 });
  expect(headers['x-runway-version']).toBe('2024-11-06');
  // Addresses are good for a while: it is asked for a new one.
  expect(await one.content(id)).toBe(film);
  expect(await one.balance()).toBe('9.4');
  answers = {
    'POST /v1/image_to_video': { id: 'task-2' },
    'GET /v1/tasks/task-2': { id: 'task-2', status: 'FAILED', failure: 'Not safe.', cost: { credits: 0 } },
  };
  const image = { image_url: 'https://pictures.example/tram.png' };
  const failed = await one.begin({ model: 'gen4.5', prompt: 'A tram', input_reference: image });
  expect(await one.ended(failed.id)).toMatchObject({ status: 'failed', error: { message: 'Not safe.' } });
  expect(sent('POST /v1/image_to_video').body).toMatchObject({ promptImage: image.image_url });
  expect(await one.balance()).toBe('9.4');
});

test('Runway: a failure that it bills all the same is charged', async () => {
  answers = {
    'POST /v1/text_to_video': { id: 'task-3' },
    'GET /v1/tasks/task-3': { id: 'task-3', status: 'FAILED', failure: 'Not safe.', cost: { credits: 10 } },
  };
  const one = await customer();
  const { id } = await one.begin({ model: 'gen4.5', prompt: 'A tram' });
  expect(await one.ended(id)).toMatchObject({ status: 'failed' });
  expect(await one.balance()).toBe('9.9');
});

test('Luma: a clip in one size and length', async () => {
  answers = {
    'POST /v1/generations': { id: 'gen-1', state: 'queued' },
    'GET /v1/generations/gen-1': (times) =>
      times === 0
        ? { id: 'gen-1', state: 'dreaming' }
        : { id: 'gen-1', state: 'completed', assets: { video: `${origin}/film.mp4` } },
    'GET /film.mp4': film,
  };
  const one = await customer();
  const { id } = await one.begin({ model: 'ray-2', prompt: 'A tram' });
  await one.ended(id);
  expect(sent('POST /v1/generations').body).toEqual({
    model: 'ray-2',
    prompt: 'A tram',
    resolution: '720p',
    duration: '5s',
    aspect_ratio: '16:9',
  });
  expect(await one.content(id)).toBe(film);
  expect(sent('GET /film.mp4').headers.authorization).toBeUndefined();
  expect(await one.balance()).toBe('9.29');
});

test('Kling: a token of its own for every request, and the units that it deducts', async () => {
  const task = { task_id: 'k-1', task_status: 'submitted' };
  const made = {
    task_result: { videos: [{ id: 'v', url: `${origin}/film.mp4`, duration: '5' }] },
    final_unit_deduction: '2.5',
  };
  answers = {
    'POST /v1/v1/videos/text2video': { code: 0, message: 'SUCCEED', data: task },
    'GET /v1/v1/videos/text2video/k-1': { code: 0, data: { ...task, task_status: 'succeed', ...made } },
    'GET /film.mp4': film,
  };
  const one = await customer();
  const { id } = await one.begin({ model: 'kling-v2-6', prompt: 'A tram', audio: true });
  await one.ended(id);
  const { body, headers } = sent('POST /v1/v1/videos/text2video');
  expect(body).toMatchObject({
    model_name: 'kling-v2-6',
    duration: '5',
    aspect_ratio: '16:9',
    mode: 'pro',
    sound: 'on',
  });
  const [head = '', payload = '', signature = ''] = String(headers.authorization).replace('Bearer ', '').split('.');
  expect(createHmac('sha256', 'secret').update(`${head}.${payload}`).digest('base64url')).toBe(signature);
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ iss: 'access' });
  expect(await one.content(id)).toBe(film);
  expect(await one.balance()).toBe('9.65');
});

test('Kling: what is made from an image is asked about where it was begun; a refusal is told in its words', async () => {
  answers = {
    'POST /v1/v1/videos/image2video': { code: 0, data: { task_id: 'k-2', task_status: 'submitted' } },
    'GET /v1/v1/videos/image2video/k-2': {
      data: { task_id: 'k-2', task_status: 'failed', task_status_msg: 'Blurred.' },
    },
    'POST /v1/v1/videos/text2video': { $status: 400, code: 1201, message: 'The prompt is too long.' },
  };
  const one = await customer();
  const image = { image_url: 'data:image/png;base64,iVBORw0KGgo=' };
  const { id } = await one.begin({ model: 'kling-v2-6', prompt: 'A tram', input_reference: image });
  expect(await one.ended(id)).toMatchObject({ status: 'failed', error: { message: 'Blurred.' } });
  expect(sent('POST /v1/v1/videos/image2video').body).toMatchObject({ image: 'iVBORw0KGgo=' });
  expect(await one.begin({ model: 'kling-v2-6', prompt: 'A tram' })).toMatchObject({
    error: { message: 'The prompt is too long.' },
  });
  expect(await one.balance()).toBe('10');
});

test('Kling: a refusal that comes with a status of success is one', async () => {
  answers = { 'POST /v1/v1/videos/text2video': { code: 1102, message: 'Account balance not enough' } };
  const one = await customer();
  expect(await one.begin({ model: 'kling-v2-6', prompt: 'A tram' })).toMatchObject({
    error: { message: 'Account balance not enough' },
  });
  expect(await one.balance()).toBe('10');
});

test('MiniMax: a clip by length and resolution, its file by its id; a failed one for nothing', async () => {
  const fine = { base_resp: { status_code: 0, status_msg: 'success' } };
  answers = {
    'POST /v1/video_generation': { task_id: 'm-1', ...fine },
    'GET /v1/query/video_generation?task_id=m-1': (times) =>
      times === 0
        ? { task_id: 'm-1', status: 'Queueing', ...fine }
        : { task_id: 'm-1', status: 'Success', file_id: '77', ...fine },
    'GET /v1/files/retrieve?file_id=77': { file: { file_id: 77, download_url: `${origin}/film.mp4` }, ...fine },
    'GET /film.mp4': film,
  };
  const one = await customer();
  const { id } = await one.begin({ model: 'MiniMax-Hailuo-2.3', prompt: 'A tram', seconds: 10, resolution: '768p' });
  await one.ended(id);
  expect(sent('POST /v1/video_generation').body).toEqual({
    model: 'MiniMax-Hailuo-2.3',
    prompt: 'A tram',
    duration: 10,
    resolution: '768P',
  });
  expect(await one.content(id)).toBe(film);
  expect(await one.balance()).toBe('9.68');
  answers = {
    'POST /v1/video_generation': { task_id: 'm-2', ...fine },
    'GET /v1/query/video_generation?task_id=m-2': {
      task_id: 'm-2',
      status: 'Fail',
      base_resp: { status_code: 1026, status_msg: 'Sensitive content' },
    },
  };
  const failed = await one.begin({ model: 'MiniMax-Hailuo-2.3', prompt: 'A tram', seconds: 10 });
  expect(await one.ended(failed.id)).toMatchObject({ status: 'failed', error: { message: 'Sensitive content' } });
  expect(await one.balance()).toBe('9.68');
});

test('MiniMax: a song is whole in the first answer', async () => {
  answers = {
    'POST /v1/music_generation': {
      trace_id: 'song-1',
      data: { audio: `${origin}/song.mp3`, status: 2 },
      base_resp: { status_code: 0 },
    },
    'GET /song.mp3': 'la la la',
  };
  const one = await customer('music/generations');
  const begun = await one.begin({ model: 'music-2.0', prompt: 'Folk', lyrics: 'Ding ding' });
  expect(begun).toMatchObject({ status: 'completed', object: 'music.generation' });
  expect(sent('POST /v1/music_generation').body).toMatchObject({ lyrics: 'Ding ding', output_format: 'url' });
  expect(await one.content(begun.id)).toBe('la la la');
  expect(await one.balance()).toBe('9.97');
});

test('what a provider has no word for is refused by name, and nothing is sent', async () => {
  const one = await customer();
  const param = async (body: object) => (await one.begin({ prompt: 'A tram', ...body })).error?.param;
  expect(await param({ model: 'sora-2', negative_prompt: 'rain' })).toBe('negative_prompt');
  expect(await param({ model: 'veo-3.1', seconds: 7 })).toBe('seconds');
  expect(await param({ model: 'veo-3.1', audio: false })).toBe('audio');
  expect(await param({ model: 'gen4.5', resolution: '720p' })).toBe('resolution');
  expect(await param({ model: 'ray-2', seed: 1 })).toBe('seed');
  expect(await param({ model: 'kling-v2-6', quality: 'best' })).toBe('quality');
  expect(await param({ model: 'MiniMax-Hailuo-2.3', size: '1280x720' })).toBe('size');
  expect(asked).toEqual([]);
  expect(await one.balance()).toBe('10');
});

test('addresses at which a provider keeps no files are not fetched', async () => {
  answers = {
    'POST /v1/generations': { id: 'gen-2', state: 'completed', assets: { video: 'http://127.0.0.1:9/secret' } },
    'GET /v1/generations/gen-2': { id: 'gen-2', state: 'completed', assets: { video: 'http://127.0.0.1:9/secret' } },
  };
  const one = await customer();
  const { id } = await one.begin({ model: 'ray-2', prompt: 'A tram' });
  expect((await one.fetch(`/${id}/content`)).status).toBe(400);
});
