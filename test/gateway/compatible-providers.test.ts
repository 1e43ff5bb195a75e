// Every catalogued provider that speaks OpenAI's dialect is called as it documents it, and charged as it counts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogFiles } from '#adapters/catalog-files/catalog-files.ts';
import { providerOf } from '#adapters/postgres/directory/providers.ts';
import type { Provider } from '#core/catalog/catalog.ts';
import type { CatalogProvider } from '#core/catalog/files/catalog-content.ts';
import { readCatalog } from '#core/catalog/files/read-catalog.ts';
import type { PriceVersion } from '#core/pricing/component.ts';
import { compatibleRules, type CompatibleRules, withoutChat } from './compatible-rules.ts';
import { startStrictUpstream, type StrictUpstream } from './strict-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, post, said } from './wire.ts';

const written = catalogFiles().parse(await catalogFiles().bundled());
const read = written.kind === 'written' ? readCatalog(written.files) : written;
if (read.kind !== 'catalog') throw new Error(JSON.stringify(read.problems));
const rows = read.content.providers.filter(
  ({ adapter, name }) => adapter === 'openai-compatible' && !withoutChat.has(name),
);

const perMillion = { per: '1000000', currency: 'usd' };
const requestFee = { perplexity: '0.005' } as const satisfies Readonly<Record<string, string>>;

function priceOf(name: string, provider: string): PriceVersion {
  const fee = Object.entries(requestFee).find(([each]) => each === provider)?.[1];
  return {
    id: `price-${name}`,
    subject: { kind: 'model', name },
    book: 'list',
    currency: 'usd',
    components: [
      { meter: 'input', price: '1', ...perMillion },
      { meter: 'cache_read', price: '0.1', ...perMillion },
      { meter: 'output', price: '2', ...perMillion },
      ...(fee === undefined ? [] : [{ meter: 'request', price: fee, per: '1', currency: 'usd' } as const]),
    ],
    modifiers: [],
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  };
}

/** In dollars, of a wallet of one: what is left. */
function balanceAfter({ billed: { prompt, cached, output } }: CompatibleRules, provider: string): string {
  const fee = provider === 'perplexity' ? 50_000n : 0n;
  const tenMillionths = BigInt((prompt - cached) * 10 + cached + output * 20) + fee;
  const left = (10_000_000n - tenMillionths).toString().padStart(7, '0');
  return `0.${left}`.replace(/0+$/, '');
}

const credential = 'AbCdEf0123456789AbCdEf0123456789';
const credentials = [{ providerKeyId: 'key', secret: credential, isPrimary: true, weight: 1 }];

let twin: TwinGateway;
const upstreams = new Map<string, StrictUpstream>();

function local(row: CatalogProvider, origin: string): Provider {
  const { pathname } = new URL(row.base_url);
  const baseUrl = `${origin}${pathname === '/' ? '' : pathname}`;
  const { adapter, name, settings } = row;
  return providerOf({ id: name, name, adapter, base_url: baseUrl, settings }, credentials);
}

beforeAll(async () => {
  const routes = [];
  for (const row of rows) {
    const rules = rulesOf(row.name);
    const upstream = await startStrictUpstream(rules, credential);
    upstreams.set(row.name, upstream);
    routes.push(routeOf(targetOf('model', local(row, upstream.origin))));
  }
  const prices = rows.map(({ name }) => priceOf(`${name}/model`, name));
  twin = await startTwinGateway({ routes, prices });
});

afterAll(async () => {
  await twin.stop();
  for (const upstream of upstreams.values()) upstream.stop();
});

function rulesOf(name: string): CompatibleRules {
  const rules = compatibleRules[name];
  if (!rules) throw new Error(`What ${name} documents of itself is not in compatible-rules.ts.`);
  return rules;
}

// As clients write it who know nothing of the provider behind.
const decorated = {
  user: 'somebody',
  store: false,
  metadata: { team: 'a' },
  safety_identifier: 'somebody',
};
const thinking = [...said(), { role: 'assistant', content: 'Hi', reasoning_content: 'Hm.' }, ...said('And?')];

test('there are enough of them, and each says where it listens', () => {
  expect(rows.length).toBeGreaterThan(18);
  for (const { name, base_url } of rows) {
    const { pathname } = new URL(base_url);
    expect(`${pathname === '/' ? '' : pathname}/chat/completions`, name).toBe(rulesOf(name).path);
  }
});

describe.each(rows.map(({ name }) => name))('%s', (name) => {
  const rules = rulesOf(name);
  // It takes these, and nothing that it refuses may arrive.
  const taken = Object.fromEntries(
    Object.entries(decorated).filter(([field]) => rules.refuses.includes(field) || field === 'user'),
  );

  test('answers a call that was written for somebody else, and is charged as it counts', async () => {
    const { key } = await twin.key('1');
    const ask = { model: `${name}/model`, messages: thinking, max_completion_tokens: 400, ...taken };
    const response = await post(twin.url, key, ask);
    expect([response.status, await response.text(), upstreams.get(name)?.complaints]).toEqual([
      200,
      expect.stringContaining('"Hello"'),
      [],
    ]);
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: balanceAfter(rules, name), held: '0' });
  });

  test('is quoted when it refuses a field, but for our key', async () => {
    const { key } = await twin.key('1');
    const response = await post(twin.url, key, { model: `${name}/model`, messages: said(), logit_bias: {} });
    const text = await response.text();
    expect([response.status, text]).toEqual([rules.refusal.status, expect.stringContaining('logit_bias')]);
    expect(text).not.toContain(credential);
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '1', held: '0' });
  });

  test('streams, and its usage is read where it stands', async () => {
    const { key } = await twin.key('1');
    const ask = { model: `${name}/model`, messages: said(), max_tokens: 400, stream: true };
    const response = await post(twin.url, key, ask);
    const text = await response.text();
    expect([response.status, upstreams.get(name)?.complaints]).toEqual([200, []]);
    expect(text).toContain('Hello');
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    expect(await creditsOf(twin.url, key)).toMatchObject({ balance: balanceAfter(rules, name), held: '0' });
  });
});
