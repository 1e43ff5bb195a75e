// Callers in OpenAI's dialect at makers of images, voices and transcripts who speak their own: words as their documents have them.
import OpenAI, { toFile } from 'openai';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '#core/catalog/catalog.ts';
import type { Meter } from '#core/usage/meter.ts';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import { type OwnUpstream, startOwnUpstream, whole } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, post } from './wire.ts';

const picture = Buffer.from('a picture').toString('base64');
const file = () => toFile(Buffer.from('a file'), 'in.png', { type: 'image/png' });

function price(name: string, prices: Readonly<Partial<Record<Meter, string>>>, per = '1'): PriceVersion {
  const components = Object.entries(prices).map(([meter, each]): PriceComponent => ({
    meter: meter as Meter,
    price: each,
    per,
    currency: 'usd',
  }));
  return {
    id: `price-of-${name}`,
    subject: { kind: 'model', name },
    book: 'list',
    currency: 'usd',
    components,
    modifiers: [],
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  };
}

const names = ['openai', 'bfl', 'stability', 'elevenlabs', 'google', 'openrouter', 'deepgram'] as const;
type Name = (typeof names)[number];
const adapters = { openai: 'openai-compatible', bfl: 'black-forest-labs' } as Readonly<Partial<Record<Name, string>>>;

const prices = [
  price('openai/gpt-image', { input: '5', input_image: '10', output_image: '40' }, '1000000'),
  price('openai/by-megapixel', { megapixel: '0.02' }),
  price('openai/by-credit', { gpu_second: '0.02' }),
  price('openai/whisper', { audio_second_in: '0.0001' }),
  price('openai/listen', { input: '2.5', input_audio: '6', output: '10' }, '1000000'),
  price('openai/minutes', { audio_second_in: '0.0001' }),
  price('openai/voice', { input: '0.6', output_audio: '12' }, '1000000'),
  price('openai/reader', { character: '15' }, '1000000'),
  price('bfl/flux-2-pro', { megapixel_first: '0.03', megapixel_next: '0.015', megapixel_in: '0.015' }),
  price('bfl/flux-kontext-pro', { image: '0.04' }),
  price('stability/stable-image-ultra', { image: '0.08' }),
  price('stability/stable-diffusion-xl-1024-v1-0', { image: '0.009' }),
  price('elevenlabs/eleven_flash_v2_5', { character: '0.05' }, '1000'),
  price('elevenlabs/by-credit', { credit: '0.05' }, '1000'),
  price('elevenlabs/scribe_v1', { audio_second_in: '0.22' }, '3600'),
  price('google/imagen-3.0-generate-002', { image: '0.03' }),
  price('google/gemini-3-pro-image-preview', { input: '2', output: '12', output_image: '120' }, '1000000'),
  price('openrouter/riverflow', { image: '0.035' }),
  price('deepgram/nova-3', { audio_second_in: '0.0043' }, '60'),
];

const kinds: Readonly<Partial<Record<string, Route['kind']>>> = {
  'openai/whisper': 'transcription',
  'openai/listen': 'transcription',
  'openai/minutes': 'transcription',
  'openai/voice': 'speech',
  'openai/reader': 'speech',
  'elevenlabs/eleven_flash_v2_5': 'speech',
  'elevenlabs/by-credit': 'speech',
  'elevenlabs/scribe_v1': 'transcription',
  'deepgram/nova-3': 'transcription',
};

let twin: TwinGateway;
const upstreams = new Map<Name, OwnUpstream>();

beforeAll(async () => {
  for (const name of names) upstreams.set(name, await startOwnUpstream(name));
  const credential = { providerKeyId: 'key', secret: 'provider-secret', isPrimary: true, weight: 1 };
  const routes = prices.map(({ subject: { name } }) => {
    const [provider = '', model = ''] = name.split('/');
    const own = upstream(provider as Name).provider;
    const adapter = adapters[own.name as Name] ?? own.name;
    return routeOf(targetOf(model, { ...own, adapter, credentials: [credential] }), kinds[name] ?? 'image');
  });
  twin = await startTwinGateway({ routes, prices });
});

afterAll(async () => {
  await twin.stop();
  for (const each of upstreams.values()) each.stop();
});

function upstream(name: Name): OwnUpstream {
  const found = upstreams.get(name);
  if (!found) throw new Error(`There is no ${name}.`);
  return found;
}

async function customer(dollars = '10') {
  const { key } = await twin.key(dollars);
  const client = new OpenAI({ baseURL: `${twin.url}/v1`, apiKey: key, maxRetries: 0 });
  const balance = async () => (await creditsOf(twin.url, key)).balance;
  return { key, client, balance };
}

function sends(bytes: string | Buffer, headers: Readonly<Record<string, string>>) {
  return (response: ServerResponse): void => void response.writeHead(200, headers).end(bytes);
}

describe('the maker of the dialect', () => {
  test('an image by its tokens: text and pictures apart', async () => {
    const usage = {
      input_tokens: 50,
      input_tokens_details: { text_tokens: 10, image_tokens: 40 },
      output_tokens: 4_160,
      total_tokens: 4_210,
    };
    upstream('openai').answers(whole({ created: 1, data: [{ b64_json: picture }], usage }));
    const { client, balance } = await customer();
    const answer = await client.images.edit({ model: 'openai/gpt-image', image: await file(), prompt: 'At night' });
    expect(answer.data?.[0]?.b64_json).toBe(picture);
    expect(upstream('openai').path()).toBe('/v1/images/edits');
    expect(upstream('openai').body()).toContain('name="model"\r\n\r\ngpt-image\r\n');
    expect(upstream('openai').body()).toContain(
      'name="image"; filename="in.png"\r\ncontent-type: image/png\r\n\r\na file',
    );
    // 10 × 5 + 40 × 10 + 4,160 × 40, each a millionth.
    expect(await balance()).toBe('9.83315');
  });

  test('an answer without a word about tokens is charged by what was asked, and never nothing', async () => {
    upstream('openai').answers(whole({ created: 1, data: [{ b64_json: picture }] }));
    const { client, balance } = await customer();
    await client.images.generate({ model: 'openai/gpt-image', prompt: 'A ferry', size: '1024x1024' });
    // 1,056 tokens of output, and a quarter of the bytes of what was asked.
    expect(10 - Number(await balance())).toBeCloseTo(0.04235, 4);
  });

  test('by the megapixel: of two that were asked for one came', async () => {
    upstream('openai').answers(whole({ created: 1, data: [{ url: 'https://example.com/1.png' }] }));
    const { client, balance } = await customer();
    await client.images.generate({ model: 'openai/by-megapixel', prompt: 'A ferry', n: 2, size: '1000x1500' });
    expect(await balance()).toBe('9.97');
  });

  test('a price by what nobody can bound is refused before anything is sent', async () => {
    const { client } = await customer();
    const asked = client.images.generate({ model: 'openai/by-credit', prompt: 'A ferry' });
    await expect(asked).rejects.toMatchObject({ status: 503, code: 'unpriced' });
  });

  test('a filtered image is an error of the provider, and costs nothing', async () => {
    const body = { error: { message: 'Your request was rejected by the safety system.', code: 'moderation_blocked' } };
    upstream('openai').answers((response) => {
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const { client, balance } = await customer();
    const asked = client.images.generate({ model: 'openai/gpt-image', prompt: 'A ferry' });
    await expect(asked).rejects.toMatchObject({ status: 400, message: expect.stringContaining('safety system') });
    expect(await balance()).toBe('10');
  });

  test('a provider that breaks its answer off is billed, and so is the caller', async () => {
    upstream('openai').answers((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"data":');
      setImmediate(() => response.destroy());
    });
    const { client, balance } = await customer();
    const asked = client.images.generate({
      model: 'openai/by-megapixel',
      prompt: 'A ferry',
      size: '1000x1000',
    });
    await expect(asked).rejects.toMatchObject({ status: 502 });
    expect(await balance()).toBe('9.98');
  });

  test('a recording by its tokens, and by the minute where the price is', async () => {
    const usage = {
      type: 'tokens',
      input_tokens: 110,
      input_token_details: { text_tokens: 10, audio_tokens: 100 },
      output_tokens: 20,
      total_tokens: 130,
    };
    upstream('openai').answers(whole({ text: 'Hello', usage }));
    const { client, balance } = await customer();
    const recording = await toFile(Buffer.alloc(16_000), 'a.ogg');
    await client.audio.transcriptions.create({ model: 'openai/listen', file: recording });
    // 10 × 2.5 + 100 × 6 + 20 × 10, each a millionth.
    expect(await balance()).toBe('9.999175');
    // The report has no seconds: four, since that many bytes at the usual rate are.
    await client.audio.transcriptions.create({ model: 'openai/minutes', file: recording });
    expect(await balance()).toBe('9.998775');
  });

  test('a voice by its tokens says nothing about them: they are estimated', async () => {
    upstream('openai').answers(sends(Buffer.from('sound'), { 'content-type': 'audio/mpeg' }));
    const { client, balance } = await customer();
    const input = 'Fifteen letters'.repeat(10);
    const answer = await client.audio.speech.create({ model: 'openai/voice', voice: 'alloy', input });
    expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe('sound');
    // Ten seconds of 21 tokens, and 38 tokens of text.
    expect(await balance()).toBe('9.9974572');
  });

  test('a voice by the character', async () => {
    upstream('openai').answers(sends(Buffer.from('sound'), { 'content-type': 'audio/mpeg' }));
    const { client, balance } = await customer();
    await client.audio.speech.create({ model: 'openai/reader', voice: 'alloy', input: 'äöü' });
    expect(await balance()).toBe('9.999955');
    expect(JSON.parse(upstream('openai').body())).toEqual({ model: 'reader', voice: 'alloy', input: 'äöü' });
  });
});

describe('Black Forest Labs', () => {
  const task = { id: 'task-1', polling_url: 'https://evil.example/steal', cost: 4.5, input_mp: 1, output_mp: 2 };

  function answersInTurn(...words: readonly object[]) {
    const own = upstream('bfl');
    let turn = 0;
    own.answers((response) => whole(words[Math.min(turn++, words.length - 1)] ?? {})(response));
    return () => turn;
  }

  test('a task is asked after at the provider itself until it is ready, and charged by its megapixels', async () => {
    const asked = answersInTurn(
      task,
      { id: 'task-1', status: 'Pending' },
      {
        id: 'task-1',
        status: 'Ready',
        result: { sample: 'https://delivery.example/1.png' },
      },
    );
    const { client, balance } = await customer();
    const body = { model: 'bfl/flux-2-pro', image: await file(), prompt: 'At night', size: '1024x1536' as const };
    const answer = await client.images.edit(body);
    expect(answer.data).toEqual([{ url: 'https://delivery.example/1.png' }]);
    expect(asked()).toBe(3);
    expect(upstream('bfl').path()).toBe('/v1/get_result?id=task-1');
    expect(upstream('bfl').headers()['x-key']).toBe('provider-secret');
    // 0.03 for the first megapixel, 0.015 for the second, and 0.015 for the one that went in.
    expect(await balance()).toBe('9.94');
  });

  test('what is moderated is a refusal that costs nothing', async () => {
    answersInTurn(task, { id: 'task-1', status: 'Request Moderated', result: null });
    const { client, balance } = await customer();
    const asked = client.images.generate({ model: 'bfl/flux-2-pro', prompt: 'A ferry' });
    await expect(asked).rejects.toMatchObject({ status: 400, message: expect.stringContaining('Request Moderated') });
    expect(await balance()).toBe('10');
  });

  test('a price by the image counts images, whatever the provider counts', async () => {
    answersInTurn(task, { id: 'task-1', status: 'Ready', result: { sample: 'https://delivery.example/1.png' } });
    const { client, balance } = await customer();
    await client.images.generate({ model: 'bfl/flux-kontext-pro', prompt: 'A ferry', size: '1536x1024' });
    expect(await balance()).toBe('9.96');
  });

  test('a job that is lost is charged by what was asked', async () => {
    const own = upstream('bfl');
    own.answers((response) => {
      if (own.path().startsWith('/v1/get_result')) response.writeHead(404).end('{}');
      else whole(task)(response);
    });
    const { client, balance } = await customer();
    const asked = client.images.generate({ model: 'bfl/flux-kontext-pro', prompt: 'A ferry' });
    await expect(asked).rejects.toMatchObject({ status: 502 });
    expect(await balance()).toBe('9.96');
  });

  test.each([
    [{ n: 2 }, 'n'],
    [{ response_format: 'b64_json' }, 'response_format'],
    [{ quality: 'high' }, 'quality'],
    [{ style: 'vivid' }, 'style'],
    [{ stream: true }, 'stream'],
  ])('%j has no counterpart', async (fields, param) => {
    const { key, balance } = await customer();
    const body = { model: 'bfl/flux-kontext-pro', prompt: 'A ferry', ...fields };
    const response = await post(twin.url, key, body, { path: '/v1/images/generations' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
    expect(await balance()).toBe('10');
  });
});

describe('Stability', () => {
  test('a form goes, base64 comes', async () => {
    upstream('stability').answers(whole({ image: picture, finish_reason: 'SUCCESS', seed: 1 }));
    const { client, balance } = await customer();
    const answer = await client.images.generate({
      model: 'stability/stable-image-ultra',
      prompt: 'A ferry',
      size: '1536x1024',
    });
    expect(answer.data).toEqual([{ b64_json: picture }]);
    expect(upstream('stability').path()).toBe('/v1/stable-image/generate/ultra');
    expect(upstream('stability').body()).toContain('name="aspect_ratio"\r\n\r\n3:2\r\n');
    expect(await balance()).toBe('9.92');
  });

  test('the older model makes several, and each is paid', async () => {
    upstream('stability').answers(whole({ artifacts: [{ base64: picture }, { base64: picture }] }));
    const { client, balance } = await customer();
    const model = 'stability/stable-diffusion-xl-1024-v1-0';
    const answer = await client.images.generate({ model, prompt: 'A ferry', n: 2, size: '1024x1024' });
    expect(answer.data).toHaveLength(2);
    expect(JSON.parse(upstream('stability').body())).toMatchObject({ samples: 2, width: 1024, height: 1024 });
    expect(await balance()).toBe('9.982');
  });

  test('a refusal is told in its own words, and a size by its name', async () => {
    upstream('stability').answers((response) => {
      const body = { id: '1', name: 'content_moderation', errors: ['Your request was flagged.'] };
      response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const { client, balance } = await customer();
    const asked = (size: string) =>
      client.images.generate({ model: 'stability/stable-image-ultra', prompt: 'A ferry', size: size });
    await expect(asked('1024x1024')).rejects.toThrow();
    await expect(asked('1000x333')).rejects.toMatchObject({ status: 400, param: 'size' });
    expect(await balance()).toBe('10');
  });
});

describe('ElevenLabs', () => {
  const voice = 'JBFqnCBsd6RMkjVDRZzb';

  test('speech by the character that was asked, or by the credit that the header tells', async () => {
    upstream('elevenlabs').answers(
      sends(Buffer.from('sound'), { 'content-type': 'audio/mpeg', 'character-cost': '50' }),
    );
    const { client, balance } = await customer();
    const input = 'A'.repeat(100);
    const answer = await client.audio.speech.create({ model: 'elevenlabs/eleven_flash_v2_5', voice, input });
    expect(answer.headers.get('content-type')).toBe('audio/mpeg');
    expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe('sound');
    expect(upstream('elevenlabs').path()).toBe(`/v1/text-to-speech/${voice}?output_format=mp3_44100_128`);
    expect(upstream('elevenlabs').headers()['xi-api-key']).toBe('provider-secret');
    expect(JSON.parse(upstream('elevenlabs').body())).toEqual({ text: input, model_id: 'eleven_flash_v2_5' });
    expect(await balance()).toBe('9.995');
    await client.audio.speech.create({ model: 'elevenlabs/by-credit', voice, input });
    expect(await balance()).toBe('9.9925');
  });

  test('a voice of another maker is no voice here', async () => {
    const { client } = await customer();
    const asked = client.audio.speech.create({
      model: 'elevenlabs/eleven_flash_v2_5',
      voice: 'alloy',
      input: 'A',
    });
    await expect(asked).rejects.toMatchObject({ status: 400, param: 'voice' });
  });

  test('a transcript with the time of its words, as captions', async () => {
    const words = [
      { text: 'Hello', type: 'word', start: 0.1, end: 0.5 },
      { text: ' ', type: 'spacing', start: 0.5, end: 0.6 },
      { text: 'there.', type: 'word', start: 0.6, end: 1 },
      { text: 'Go', type: 'word', start: 61, end: 62.25 },
    ];
    upstream('elevenlabs').answers(
      whole({ language_code: 'eng', text: 'Hello there. Go', words, audio_duration_secs: 3600 }),
    );
    const { client, balance } = await customer();
    const said = await client.audio.transcriptions.create({
      model: 'elevenlabs/scribe_v1',
      file: await toFile(Buffer.alloc(10_000), 'a.ogg'),
      response_format: 'srt',
    });
    expect(said).toBe('1\n00:00:00,100 --> 00:00:01,000\nHello there.\n\n\n2\n00:01:01,000 --> 00:01:02,250\nGo\n\n');
    expect(upstream('elevenlabs').body()).toContain('name="model_id"\r\n\r\nscribe_v1\r\n');
    expect(await balance()).toBe('9.78');
  });
});

describe('Google', () => {
  test('Imagen: what was filtered is not paid', async () => {
    const predictions = [{ bytesBase64Encoded: picture, mimeType: 'image/png' }, { raiFilteredReason: 'No.' }];
    upstream('google').answers(whole({ predictions }));
    const { client, balance } = await customer();
    const model = 'google/imagen-3.0-generate-002';
    const answer = await client.images.generate({ model, prompt: 'A ferry', n: 2, size: '1024x1024' });
    expect(answer.data).toEqual([{ b64_json: picture }]);
    expect(upstream('google').path()).toBe('/v1/models/imagen-3.0-generate-002:predict');
    expect(JSON.parse(upstream('google').body())).toMatchObject({ parameters: { sampleCount: 2, aspectRatio: '1:1' } });
    expect(await balance()).toBe('9.97');
  });

  test('Imagen: all filtered is a refusal that costs nothing', async () => {
    upstream('google').answers(whole({}));
    const { client, balance } = await customer();
    const asked = client.images.generate({ model: 'google/imagen-3.0-generate-002', prompt: 'A ferry' });
    await expect(asked).rejects.toMatchObject({ status: 400 });
    expect(await balance()).toBe('10');
  });

  test('Gemini: text and picture at the price of each', async () => {
    const parts = [{ text: 'Here.' }, { inlineData: { mimeType: 'image/png', data: picture } }];
    const usageMetadata = {
      promptTokenCount: 10,
      candidatesTokenCount: 1_130,
      totalTokenCount: 1_140,
      candidatesTokensDetails: [
        { modality: 'IMAGE', tokenCount: 1_120 },
        { modality: 'TEXT', tokenCount: 10 },
      ],
    };
    upstream('google').answers(whole({ candidates: [{ content: { parts }, finishReason: 'STOP' }], usageMetadata }));
    const { client, balance } = await customer();
    const answer = await client.images.edit({
      model: 'google/gemini-3-pro-image-preview',
      image: await file(),
      prompt: 'At night',
      size: '1024x1024',
    });
    expect(answer.data).toEqual([{ b64_json: picture }]);
    expect(JSON.parse(upstream('google').body())).toMatchObject({
      contents: [{ parts: [{ text: 'At night' }, { inlineData: { mimeType: 'image/png' } }] }],
      generationConfig: { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { aspectRatio: '1:1' } },
    });
    // 10 × 2 + 10 × 12 + 1,120 × 120, each a millionth.
    expect(await balance()).toBe('9.86546');
  });

  test('Gemini: a refusal is paid as the provider bills it', async () => {
    const usageMetadata = { promptTokenCount: 100, totalTokenCount: 100 };
    upstream('google').answers(whole({ candidates: [{ finishReason: 'IMAGE_SAFETY' }], usageMetadata }));
    const { client, balance } = await customer();
    const asked = client.images.generate({ model: 'google/gemini-3-pro-image-preview', prompt: 'A ferry' });
    await expect(asked).rejects.toMatchObject({ status: 400, message: expect.stringContaining('IMAGE_SAFETY') });
    expect(Number(await balance())).toBeLessThan(10);
    expect(Number(await balance())).toBeGreaterThan(9.99);
  });
});

test('OpenRouter: pictures in a chat', async () => {
  const images = [{ type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } }];
  const usage = { prompt_tokens: 5, completion_tokens: 1_290, total_tokens: 1_295 };
  upstream('openrouter').answers(whole({ choices: [{ message: { role: 'assistant', content: '', images } }], usage }));
  const { client, balance } = await customer();
  const answer = await client.images.generate({ model: 'openrouter/riverflow', prompt: 'A ferry' });
  expect(answer.data).toEqual([{ b64_json: picture }]);
  expect(JSON.parse(upstream('openrouter').body())).toMatchObject({
    model: 'riverflow',
    modalities: ['image', 'text'],
  });
  expect(await balance()).toBe('9.965');
});

test('Deepgram: the recording goes as it is, and the seconds that it heard are paid', async () => {
  const words = [{ word: 'hello', punctuated_word: 'Hello.', start: 0, end: 1 }];
  const channels = [{ alternatives: [{ transcript: 'Hello.', words }], detected_language: 'en' }];
  upstream('deepgram').answers(whole({ metadata: { duration: 60.5, channels: 1 }, results: { channels } }));
  const { client, balance } = await customer();
  const said = await client.audio.transcriptions.create({
    model: 'deepgram/nova-3',
    file: await toFile(Buffer.from('sound'), 'a.ogg', { type: 'audio/ogg' }),
    response_format: 'verbose_json',
    timestamp_granularities: ['word'],
  });
  expect(said).toMatchObject({ text: 'Hello.', language: 'en', duration: 60.5, words: [{ word: 'Hello.', end: 1 }] });
  expect(upstream('deepgram').headers()).toMatchObject({
    'content-type': 'audio/ogg',
    authorization: 'Token provider-secret',
  });
  expect(upstream('deepgram').body()).toBe('sound');
  expect(await balance()).toBe('9.995664166667');
});
