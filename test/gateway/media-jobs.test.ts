// Films and songs through the official SDK: begun, asked about, fetched, charged once by the last word.
import OpenAI, { APIError, ConflictError, NotFoundError } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobIdOf } from '#flows/media/show-jobs.ts';
import { startTwinGateway, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually } from './wire.ts';

let twin: TwinGateway;

beforeAll(async () => {
  twin = await startTwinGateway();
});

afterAll(() => twin.stop());

function clientFor(apiKey: string): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${twin.url}/v1`, maxRetries: 0 });
}

const quick = { headers: { 'x-sim-job-ms': '50' } };
const endless = { headers: { 'x-sim-job-ms': '3600000' } };

async function done(client: OpenAI, id: string): Promise<OpenAI.Video> {
  let video = await client.videos.retrieve(id);
  await eventually(async () => {
    video = await client.videos.retrieve(id);
    return video.status === 'completed' || video.status === 'failed';
  }, 50);
  return video;
}

test('a film is charged once, by seconds and resolution, and its content is free', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const begun = await client.videos.create(
    { model: 'sim/video', prompt: 'A tram', seconds: '8', size: '1280x720' },
    quick,
  );
  expect(begun).toMatchObject({ object: 'video', seconds: '8', size: '1280x720', model: 'sim/video' });
  expect(begun.id).toMatch(/^video_[0-9a-f-]{36}$/);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '10', held: '0.8' });
  const film = await done(client, begun.id);
  expect(film).toMatchObject({ status: 'completed', progress: 100, error: null });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '9.2', held: '0', available: '9.2' });
  const content = await client.videos.downloadContent(begun.id);
  expect(content.headers.get('content-type')).toBe('video/mp4');
  expect((await content.arrayBuffer()).byteLength).toBe(33 * 256);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '9.2', held: '0' });
  await expect(client.videos.downloadContent(begun.id, { variant: 'nonsense' as 'video' })).rejects.toThrow(
    /variant|nonsense/,
  );
});

test('another resolution has another price, and a file among the fields is taken', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const begun = await client.videos.create(
    {
      model: 'sim/video',
      prompt: 'A tram',
      seconds: '4',
      size: '1920x1080' as '1280x720',
      input_reference: new File([Buffer.from([137, 80, 78, 71, 0, 255])], 'first.png', { type: 'image/png' }),
    },
    quick,
  );
  await done(client, begun.id);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '8.8', held: '0' });
});

test('a size without a price is refused before anything is set aside', async () => {
  const { key } = await twin.key('10');
  const asked = clientFor(key).videos.create({ model: 'sim/video', prompt: 'A tram', size: '500x400' as '1280x720' });
  await expect(asked).rejects.toMatchObject({ status: 503, code: 'unpriced' });
  expect(await creditsOf(twin.url, key)).toMatchObject({ held: '0', balance: '10' });
});

test('a job that fails charges nothing, and says why', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const begun = await client.videos.create({ model: 'sim/video', prompt: 'A tram #job_error=1 #job_ms=50' });
  const film = await done(client, begun.id);
  expect(film).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('asked to fail') as string },
  });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '10', held: '0' });
  await twin.writer.flush();
  expect(twin.ledger.tables.registers.get(begun.id.slice('video_'.length))).toMatchObject({ total: 0n, final: true });
  await expect(client.videos.downloadContent(begun.id)).rejects.toBeInstanceOf(ConflictError);
});

test('a provider that refuses charges nothing', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const refused = client.videos.create({ model: 'sim/video', prompt: 'A tram #error_status=400' });
  await expect(refused).rejects.toMatchObject({ status: 400, code: 'upstream_refused' });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '10', held: '0' });
});

test('what a provider may have taken, though its answer was lost, is charged as an estimate', async () => {
  const { key, caller } = await twin.key('10');
  const client = clientFor(key);
  const lost = client.videos.create({
    model: 'sim/video',
    prompt: 'A tram #disconnect_after=0 #tag=lost',
    seconds: '4',
  });
  await expect(lost).rejects.toMatchObject({ status: 502 });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '9.6', held: '0' });
  await twin.writer.flush();
  const registers = [...twin.ledger.tables.registers.values()].filter(({ walletId }) => walletId === caller.walletId);
  expect(registers).toMatchObject([{ final: false, total: 400_000_000_000n }]);
});

test('a wallet that is too small is refused (402), and nothing is sent', async () => {
  const { key } = await twin.key('0.79');
  const before = twin.simulator.counters().requests;
  const refused = clientFor(key).videos.create({ model: 'sim/video', prompt: 'A tram', seconds: '8' });
  await expect(refused).rejects.toMatchObject({ status: 402, code: 'insufficient_balance' });
  expect(twin.simulator.counters().requests).toBe(before);
});

test('of 200 jobs at once on a wallet for 20, exactly 20 are begun', async () => {
  const { key } = await twin.key('8');
  const client = clientFor(key);
  const asked = await Promise.allSettled(
    Array.from({ length: 200 }, () => client.videos.create({ model: 'sim/video', prompt: 'A tram' }, quick)),
  );
  const begun = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const refused = asked.flatMap((each) =>
    each.status === 'rejected' && each.reason instanceof APIError ? [each.reason] : [],
  );
  expect(begun.length).toBe(20);
  expect(refused.filter(({ status }) => status === 402).length).toBe(180);
  await Promise.all(begun.map(({ id }) => done(client, id)));
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0', held: '0' });
});

test('a key sees the jobs of its own wallet and organization, and no others', async () => {
  const { key: mine, caller } = await twin.key('10', { organizationId: '0192aaaa-0000-7000-8000-000000000001' });
  const { key: colleague } = await twin.key('10', { organizationId: caller.organizationId ?? '' });
  const { key: stranger } = await twin.key('10');
  const begun = await clientFor(mine).videos.create({ model: 'sim/video', prompt: 'A tram' }, quick);
  await done(clientFor(mine), begun.id);
  expect(await clientFor(colleague).videos.retrieve(begun.id)).toMatchObject({ id: begun.id });
  const other = clientFor(stranger);
  await expect(other.videos.retrieve(begun.id)).rejects.toBeInstanceOf(NotFoundError);
  await expect(other.videos.downloadContent(begun.id)).rejects.toBeInstanceOf(NotFoundError);
  await expect(other.videos.delete(begun.id)).rejects.toBeInstanceOf(NotFoundError);
  await expect(other.videos.remix(begun.id, { prompt: 'A bus' })).rejects.toBeInstanceOf(NotFoundError);
  expect((await other.videos.list()).data).toEqual([]);
  expect((await clientFor(mine).videos.list()).data.map(({ id }) => id)).toEqual([begun.id]);
});

test('jobs are listed in pages, newest first, and gone from the list when they are deleted', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    ids.push((await client.videos.create({ model: 'sim/video', prompt: 'A tram' }, quick)).id);
  }
  const listed: string[] = [];
  for await (const video of client.videos.list({ limit: 2 })) listed.push(video.id);
  expect(listed).toEqual(ids.toReversed());
  await done(client, ids[0] ?? '');
  expect(await client.videos.delete(ids[0] ?? '')).toMatchObject({ deleted: true });
  expect((await client.videos.list({ order: 'asc' })).data.map(({ id }) => id)).toEqual(ids.slice(1));
  await expect(client.videos.retrieve(ids[0] ?? '')).rejects.toBeInstanceOf(NotFoundError);
  const running = await client.videos.create({ model: 'sim/video', prompt: 'A tram' }, endless);
  await expect(client.videos.delete(running.id)).rejects.toBeInstanceOf(ConflictError);
});

test('a film is made anew by its own provider, at the same price', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const first = await client.videos.create({ model: 'sim/video', prompt: 'A tram', seconds: '12' }, quick);
  await done(client, first.id);
  const again = await client.videos.remix(first.id, { prompt: 'A bus' }, quick);
  expect(again).toMatchObject({ remixed_from_video_id: first.id, seconds: '12' });
  await done(client, again.id);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '7.6', held: '0' });
});

test('a song, in the same shape', async () => {
  const { key } = await twin.key('1');
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${twin.url}/v1/music/generations${path}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, 'x-sim-job-ms': '50' },
    });
  const begun = (await (
    await ask('', { method: 'POST', body: JSON.stringify({ model: 'sim/music', prompt: 'Trams', lyrics: 'Ding' }) })
  ).json()) as { id: string };
  expect(begun).toMatchObject({ object: 'music.generation', seconds: '30' });
  const read = async () => (await (await ask(`/${begun.id}`)).json()) as { status: string };
  await eventually(async () => (await read()).status === 'completed', 50);
  expect((await ask(`/${begun.id}/content`)).headers.get('content-type')).toBe('audio/mpeg');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.95', held: '0' });
  const film = await fetch(`${twin.url}/v1/videos/${begun.id}`, { headers: { authorization: `Bearer ${key}` } });
  expect(film.status).toBe(404);
});

test('fields that nobody would obey are refused by name', async () => {
  const { key } = await twin.key('1');
  const refused = async (body: object) => {
    const response = await fetch(`${twin.url}/v1/videos`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'sim/video', prompt: 'A tram', ...body }),
    });
    return [response.status, ((await response.json()) as { error: { param: string } }).error.param];
  };
  expect(await refused({ n: 4 })).toEqual([400, 'n']);
  expect(await refused({ seconds: 0 })).toEqual([400, 'seconds']);
  expect(await refused({ seconds: '4.5' })).toEqual([400, 'seconds']);
  expect(await refused({ size: 'huge' })).toEqual([400, 'size']);
  expect(await refused({ audio: true })).toEqual([400, 'audio']);
  expect(await refused({ input_reference: { file_id: 'file-1' } })).toEqual([400, 'input_reference']);
  expect(await refused({ prompt: '' })).toEqual([400, 'prompt']);
  expect(await refused({ model: 'sim/echo' })).toEqual([400, 'model']);
  expect(await creditsOf(twin.url, key)).toMatchObject({ held: '0' });
});

test('a caller who hangs up while a job is begun finds it in the list, and pays for it', async () => {
  const { key, caller } = await twin.key('10');
  const controller = new AbortController();
  const headers = { 'x-sim-delay-ms': '200', 'x-sim-job-ms': '50' };
  const asked = clientFor(key).videos.create(
    { model: 'sim/video', prompt: 'A tram' },
    { headers, signal: controller.signal },
  );
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0.4');
  controller.abort();
  await expect(asked).rejects.toThrow();
  const client = clientFor(key);
  await eventually(async () => (await client.videos.list()).data.length === 1, 50);
  const [video] = (await client.videos.list()).data;
  await done(client, video?.id ?? '');
  await twin.writer.flush();
  const registers = [...twin.ledger.tables.registers.values()].filter(({ walletId }) => walletId === caller.walletId);
  expect(registers).toMatchObject([{ final: true, total: 400_000_000_000n }]);
});

test('a job that nobody asks about is settled all the same, and one under way keeps its hold', async () => {
  const { key, caller } = await twin.key('10');
  const client = clientFor(key);
  await client.videos.create({ model: 'sim/video', prompt: 'A tram' }, quick);
  await client.videos.create({ model: 'sim/video', prompt: 'A tram', seconds: '8' }, endless);
  await eventually(async () => (await creditsOf(twin.url, key)).balance === '9.6', 50);
  expect(await creditsOf(twin.url, key)).toMatchObject({ held: '0.8' });
  const open = twin.keeper.all().filter(({ job }) => job.call.walletId === caller.walletId);
  expect(open.map(({ job }) => jobIdOf(job))).toHaveLength(1);
});
