// A provider that speaks a known dialect is one file: imported, it can be called, in its manners and at its price.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresDirectory } from '#adapters/postgres/directory.ts';
import { type OwnUpstream, startOwnUpstream, whole } from '../gateway/own-upstream.ts';
import { startTwinGateway, type TwinGateway } from '../gateway/twin-gateway.ts';
import { creditsOf, post, said } from '../gateway/wire.ts';
import { type CatalogDatabase, catalogDatabase } from './imported.ts';

let database: CatalogDatabase;
let upstream: OwnUpstream;
let twin: TwinGateway | undefined;

beforeAll(async () => {
  database = await catalogDatabase();
  upstream = await startOwnUpstream('newcomer');
});

afterAll(async () => {
  await twin?.stop();
  upstream.stop();
  await database.close();
});

const file = (baseUrl: string, settings: string): string => `
providers:
  - {name: newcomer, display_name: Newcomer, adapter: openai-compatible, base_url: ${baseUrl}, requires_key: false, ${settings}}
prices_from: 2026-01-01T00:00:00Z
models:
  - name: newcomer-large
    provider: newcomer
    model_id: large
    display_name: Newcomer Large
    context_window: 8000
    max_output_tokens: 1000
    prices:
      - {source: its own list, reason: The only one., components: [{per: 1000000, input: 1, output: 3}]}
`;

test('what is imported is called as the file says, and charged as it says', async () => {
  const manners = `headers: {x-title: Faregate}, leaves_out: [stream_options, max_completion_tokens, user], on_hang_up: drain`;
  await database.import([{ path: 'newcomer.yaml', text: file(upstream.provider.baseUrl, manners) }]);
  const { routes, prices } = await postgresDirectory(database.pool, { vault: { open: () => '' } }).catalog();
  const imported = routes.filter(({ name }) => name === 'newcomer-large');
  expect(imported[0]?.targets[0]?.provider.onHangUp).toBe('drain');
  twin = await startTwinGateway({
    routes: imported,
    prices: prices.filter(({ subject }) => subject.name === 'newcomer-large'),
  });
  upstream.answers(whole({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } }));
  const { key } = await twin.key('1');
  const body = { model: 'newcomer-large', messages: said(), max_completion_tokens: 50, user: 'me' };
  expect((await post(twin.url, key, body)).status).toBe(200);
  expect(JSON.parse(upstream.body())).toEqual({ model: 'large', messages: said(), max_tokens: 50 });
  expect(upstream.headers()).toMatchObject({ 'x-title': 'Faregate' });
  expect(upstream.headers()).not.toHaveProperty('authorization');
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '0.999975', held: '0' });
});

test.each([
  ['leaves_out', 'leaves_out: [temperature]', '"temperature" is none of'],
  ['leaves_out', 'leaves_out: [max_tokens]', 'The limit would be written nowhere'],
  ['credential_header', 'credential_header: cookie', 'is none of authorization'],
  ['headers.x-api-key', 'headers: {x-api-key: secret}', 'none for a credential'],
  ['headers.Host', 'headers: {Host: elsewhere}', 'none for a credential'],
  ['region', 'region: Frankfurt', 'is no region'],
  ['on_hang_up', 'on_hang_up: wait', 'is none of close, drain'],
  ['patience', 'patience: long', 'Nobody reads a field of this name here'],
])('a setting that is none is refused by its name: %s', async (name, settings, message) => {
  const text = file('https://api.newcomer.example/v1', settings);
  const refused = await database.import([{ path: 'newcomer.yaml', text }], true).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  expect(refused).toContain(name);
  expect(refused).toContain(message);
});
