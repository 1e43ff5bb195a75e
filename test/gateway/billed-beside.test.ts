// What providers of OpenAI's dialect would run themselves, and bill beside the tokens: refused before anything is sent.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnUpstream, startOwnUpstream, whole } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, post, said } from './wire.ts';

let twin: TwinGateway;
let own: OwnUpstream;

beforeAll(async () => {
  own = await startOwnUpstream('own');
  own.answers(whole({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }));
  twin = await startTwinGateway({ routes: [routeOf(targetOf('chat', own.provider))] });
});

afterAll(async () => {
  await twin.stop();
  own.stop();
});

const plain = { type: 'function', function: { name: 'weather', parameters: {} } };

test.each([
  ['tools.0.type', { tools: [{ type: 'web_search', web_search: { enable: true } }] }],
  ['tools.1.type', { tools: [plain, { type: 'builtin_function', function: { name: '$web_search' } }] }],
  ['tools.0.type', { tools: [{ type: 'browser_search' }] }],
  ['tools.0.type', { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] }],
  ['tools.0.type', { tools: [{ type: 'openrouter:web_search' }] }],
  ['tools.0', { tools: ['web_search'] }],
  ['web_search_options', { web_search_options: {} }],
  ['search_parameters', { search_parameters: { mode: 'on' } }],
  ['search_settings', { search_settings: {} }],
  ['compound_custom', { compound_custom: { tools: {} } }],
  ['guardrails', { guardrails: [{ block_on_error: true }] }],
  ['enable_code_interpreter', { enable_code_interpreter: true }],
])('%s has no price here', async (param, more) => {
  const { key } = await twin.key('1');
  const response = await post(twin.url, key, { model: 'own/chat', messages: said(), ...more });
  expect([response.status, await response.json()]).toMatchObject([400, { error: { param } }]);
  expect(own.body()).toBe('');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '1', held: '0' });
});

test('functions and free texts are the caller’s own, and pass', async () => {
  const { key } = await twin.key('1');
  const tools = [plain, { type: 'custom', custom: { name: 'free' } }];
  const response = await post(twin.url, key, { model: 'own/chat', messages: said(), tools, enable_search: false });
  expect(response.status).toBe(200);
});
