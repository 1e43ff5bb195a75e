import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTwinGateway, type TwinGateway } from './twin-gateway.ts';
import { post, said } from './wire.ts';

let twin: TwinGateway;
beforeAll(async () => {
  twin = await startTwinGateway();
});
afterAll(() => twin.stop());

const chat = { model: 'sim/echo', messages: said() };

test('a name that only the platform’s list prices does not exist for who sees priced names only', async () => {
  const { key } = await twin.key('1', { onlyPricedNames: true });
  const answer = await post(twin.url, key, chat);
  expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('"unknown_model"')]);
  const headers = { authorization: `Bearer ${key}` };
  const models = await fetch(`${twin.url}/v1/models`, { headers });
  expect(await models.json()).toMatchObject({ data: [] });
  expect((await fetch(`${twin.url}/v1/models/sim/echo`, { headers })).status).toBe(404);
});

test('and does for everybody else', async () => {
  const { key } = await twin.key('1');
  expect((await post(twin.url, key, chat)).status).toBe(200);
});
