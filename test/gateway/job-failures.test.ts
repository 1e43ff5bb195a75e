// Jobs whose provider loses them or quotes our key: each is charged once all the same, and the key is told to nobody.
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Failure } from '#core/failure.ts';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import type { MediaJobs } from '#ports/media-jobs.ts';
import { openAiJobs } from '#providers/openai-compatible/jobs/videos.ts';
import { type OwnUpstream, startOwnUpstream } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually, post } from './wire.ts';

const secret = 'canary/jobs+8f2c1d0b9a7e6f5d';
const logged: unknown[] = [];
let twin: TwinGateway;
let maker: OwnUpstream;
let clumsy: OwnUpstream;

const component: PriceComponent = { meter: 'video_second', price: '0.1', per: '1', currency: 'usd' };
const priceOf = (name: string, id: string): PriceVersion => ({
  id,
  subject: { kind: 'model', name },
  book: 'list',
  currency: 'usd',
  components: [component],
  modifiers: [],
  validFrom: '2020-01-01T00:00:00Z',
  recordedAt: '2020-01-01T00:00:00Z',
});

const breaking: MediaJobs = {
  ...openAiJobs({ name: 'breaking' }),
  accepted: () => {
    throw new TypeError('This is nothing that an adapter expects.');
  },
};

beforeAll(async () => {
  [maker, clumsy] = await Promise.all([startOwnUpstream('maker'), startOwnUpstream('clumsy')]);
  const credentials = [{ providerKeyId: 'maker-key', secret, isPrimary: true, weight: 1 }];
  const log = (...said: unknown[]) => void logged.push(said);
  twin = await startTwinGateway({
    routes: [
      routeOf(targetOf('film', { ...maker.provider, credentials }), 'video'),
      routeOf(targetOf('film', { ...clumsy.provider, adapter: 'breaking' }), 'video'),
    ],
    prices: [
      priceOf('maker/film', '00000000-0000-4000-8000-0000000000f1'),
      priceOf('clumsy/film', '00000000-0000-4000-8000-0000000000f2'),
    ],
    media: [breaking],
    log: { info: log, warn: log, error: log },
  });
});
afterAll(async () => {
  await twin.stop();
  maker.stop();
  clumsy.stop();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const json = (upstream: OwnUpstream, status: number, body: object) =>
  upstream.answers((response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
const begin = async (key: string, model = 'maker/film') => {
  const body = { model, prompt: 'A tram', seconds: '8', size: '1280x720' };
  const response = await post(twin.url, key, body, { path: '/v1/videos' });
  return { status: response.status, text: await response.text() };
};
const look = (key: string, id: string) =>
  fetch(`${twin.url}/v1/videos/${id}`, { headers: { authorization: `Bearer ${key}` } }).then((each) => each.text());
const quoting = (many = 0) => ({ error: { message: `${'x'.repeat(many)} Wrong key ${secret} here.`, code: 'wrong' } });
const partsOfSecret = Array.from({ length: secret.length - 7 }, (_, at) => secret.slice(at, at + 8));

function mustHaveNothingOfIt(text: string): void {
  for (const part of partsOfSecret) expect(text).not.toContain(part);
}

test('a job that may have been taken is charged, also when its charge cannot be set down at once', async () => {
  const { key } = await twin.key('10');
  json(maker, 200, { something: 'else' });
  const { store } = twin.house;
  vi.spyOn(store, 'settle').mockRejectedValueOnce(new Failure('not_exact', 'The store is away.'));
  expect((await begin(key)).status).toBe(502);
  await twin.writer.flush();
  const { balance, held } = await creditsOf(twin.url, key);
  expect(Number(balance) - Number(held)).toBe(9.2);
});

test('an adapter that breaks over an acceptance makes no job free', async () => {
  const { key } = await twin.key('10');
  json(clumsy, 200, { id: 'video_1', status: 'queued' });
  expect((await begin(key, 'clumsy/film')).status).toBe(500);
  await twin.writer.flush();
  const { balance, held } = await creditsOf(twin.url, key);
  expect(Number(balance) - Number(held)).toBe(9.2);
});

test.each([
  ['', 0],
  [', also where the words are cut', 580],
])('a refusal that quotes our key is told without it%s', async (_where, many) => {
  const { key } = await twin.key('10');
  json(maker, 400, quoting(many));
  const { status, text } = await begin(key);
  expect(status).toBe(400);
  mustHaveNothingOfIt(text);
  await twin.writer.flush();
  mustHaveNothingOfIt(JSON.stringify([...twin.ledger.tables.usageRecords.values()].map(({ entry }) => entry.attempts)));
});

test('a job whose last word quotes our key, and questions that are refused with it, tell nobody', async () => {
  const { key } = await twin.key('10');
  json(maker, 200, { id: 'video_1', object: 'video', status: 'queued', progress: 0 });
  const begun = await begin(key);
  expect(begun.status).toBe(200);
  const { id } = JSON.parse(begun.text) as { id: string };
  json(maker, 401, quoting());
  await eventually(() => logged.length > 0);
  json(maker, 200, { id: 'video_1', object: 'video', status: 'failed', ...quoting() });
  let last = '';
  await eventually(async () => {
    last = await look(key, id);
    return last.includes('"failed"');
  }, 50);
  mustHaveNothingOfIt(last);
  expect(last).toContain('Wrong key');
  mustHaveNothingOfIt(inspect(logged, { depth: 10 }));
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '10', held: '0' });
});
