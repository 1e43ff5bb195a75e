// Catalogued models that nobody has made ready to be called.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routeOf, simulatorRow, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, post, said } from './wire.ts';

let twin: TwinGateway;

const keyless = targetOf('cent', { ...simulatorRow, name: 'keyless', requiresKey: true });
const foreign = targetOf('cent', { ...simulatorRow, name: 'foreign', adapter: 'telepathy' });

beforeAll(async () => {
  twin = await startTwinGateway({
    routes: [
      routeOf(keyless),
      routeOf(foreign),
      { name: 'ready', subject: 'alias', kind: 'chat', targets: [keyless, foreign, targetOf('cent')], createdAt: 0 },
    ],
  });
});
afterAll(() => twin.stop());

test.each([
  ['keyless/cent', 'its provider keyless has no key here'],
  ['foreign/cent', "this server does not speak its provider's protocol (foreign)"],
])('a call of %s is refused with what is missing, and costs nothing', async (model, message) => {
  const { key } = await twin.key('1');
  const response = await post(twin.url, key, { model, messages: said() });
  expect(response.status).toBe(502);
  expect(response.headers.get('x-should-retry')).toBe('false');
  const { error } = (await response.json()) as { error: { message: string } };
  expect(error.message).toContain(message);
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '1', held: '0' });
});

test('a name with several targets passes over those that are not ready', async () => {
  const { key } = await twin.key('1');
  expect((await post(twin.url, key, { model: 'ready', messages: said() })).status).toBe(200);
});

test('models of a provider without its key are not offered', async () => {
  const { key } = await twin.key('1');
  const answer = await fetch(`${twin.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  const { data } = (await answer.json()) as { data: readonly { id: string }[] };
  const names = data.map(({ id }) => id);
  expect(names).toContain('ready');
  expect(names).toContain('sim/cent');
  expect(names).not.toContain('keyless/cent');
});
