// Values, names and headers that have broken servers before.
import type { Chance } from '#test/simulation/chance.ts';

/** Where nobody may ever connect to: a server that is listening there counts who does. */
export interface Foreign {
  readonly url: string;
  readonly host: string;
}

const short: readonly string[] = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '1',
  '0.5',
  '3.5',
  '128',
  '129',
  '65537',
  '2147483648',
  '9007199254740991',
  '9007199254740993',
  '18446744073709551616',
  '1e21',
  '1e400',
  '-1e400',
  '1e-400',
  '""',
  '" "',
  '"1"',
  '"auto"',
  '"user"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\ufeff"',
  '"\u202e\u2066"',
  '"e\u0301\ufb01\u1e9e"',
  '"\\r\\nx-evil: 1\\r\\n\\r\\n"',
  '"data: [DONE]\\n\\n"',
  '"__proto__"',
  '"../../etc/passwd"',
  '"sk-secret"',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '[{}]',
  '{"":null}',
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"isAdmin":true}}}',
  '{"toString":1,"valueOf":2,"toJSON":3,"then":4,"length":5}',
  '{"type":"text","text":"x"}',
  '{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}',
];

/** What no JSON parser takes. */
const broken: readonly string[] = [
  'NaN',
  'Infinity',
  'undefined',
  "'x'",
  '01',
  '+1',
  '0x10',
  '.5',
  '1.',
  '[1,]',
  '{"a":1,}',
  '{a:1}',
  '"\\x41"',
  '"\t"',
  '/* a */1',
  '{',
  ']',
  '"',
  '',
];

export function hostileValue(chance: Chance, foreign: Foreign): string {
  return chance.weighted<() => string>([
    [30, () => chance.pick(short)],
    [3, () => chance.pick(broken)],
    [3, () => JSON.stringify(foreign.url)],
    [2, () => JSON.stringify({ url: foreign.url, base_url: foreign.url })],
    [2, () => JSON.stringify('x'.repeat(chance.pick([100, 5_000, 70_000])))],
    [1, () => JSON.stringify('😀'.repeat(chance.pick([10, 10_000])))],
    [1, () => '9'.repeat(chance.pick([20, 400, 20_000]))],
    [1, () => nested(chance.pick([50, 500, 5_000, 50_000]))],
    [1, () => `[${'1,'.repeat(chance.pick([10, 10_000]))}1]`],
    [1, () => `{${Array.from({ length: chance.pick([10, 2_000]) }, (_, index) => `"f${index}":${index}`).join(',')}}`],
  ])();
}

export function nested(levels: number): string {
  return levels % 20 === 0
    ? '['.repeat(levels) + ']'.repeat(levels)
    : '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
}

/** Fields by which other servers are told where to send a call, and as what. */
export const strangeNames: readonly string[] = [
  'base_url',
  'baseUrl',
  'api_base',
  'api_key',
  'endpoint',
  'proxy',
  'models',
  'fallbacks',
  'route',
  'provider',
  'custom_llm_provider',
  'extra_body',
  'extra_headers',
  'headers',
  'callback_url',
  'webhook_url',
  'metadata',
  'user',
  'Model',
  'MAX_TOKENS',
  'ｍodel',
  'stream_options',
  'service_tier',
  'n',
  'best_of',
  'store',
  'plugins',
  'web_search_options',
  '__proto__',
  'constructor',
  '',
  ' ',
  '\u0000',
  '\\',
  '"',
  'then',
  'toJSON',
];

export function strangeHeaders(chance: Chance, { url, host }: Foreign): readonly string[] {
  return chance.pick<readonly string[]>([
    [`X-Forwarded-Host: ${host}`, 'X-Forwarded-Proto: https', `Forwarded: host=${host}`],
    [`X-Portkey-Config: {"provider":"openai","custom_host":"${url}"}`, `X-Portkey-Custom-Host: ${url}`],
    [`X-Portkey-Provider: openai`, `X-Portkey-Virtual-Key: ${host}`],
    [`X-Base-Url: ${url}`, `Api-Base: ${url}`, `OpenAI-Base-Url: ${url}`],
    [`X-Original-URL: ${url}`, `X-Rewrite-URL: ${url}`, 'X-HTTP-Method-Override: DELETE'],
    [`Proxy: ${url}`, `Proxy-Authorization: Basic eA==`, 'Proxy-Connection: keep-alive'],
    [`X-Sim-Base-Url: ${url}`, 'X-Sim-Output-Tokens: -1', 'X-Sim-Pace-Ms: NaN'],
    ['X-Sim-Output-Tokens: 1e9', 'X-Sim-Error: 500'],
    ['Anthropic-Version: 2023-06-01', 'Anthropic-Beta: a,b'],
    ['Anthropic-Version: \u00ff\u00fe', 'Anthropic-Version: twice'],
    ['Content-Type: text/plain'],
    ['Content-Type: multipart/form-data; boundary=x'],
    ['Content-Encoding: gzip'],
    ['Accept: text/event-stream;q=0', 'Accept-Encoding: br'],
    ['Expect: 100-continue'],
    ['Expect: 200-ok'],
    ['Connection: close'],
    ['Connection: Authorization, Host'],
    ['Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA'],
    ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: x'],
    [`Cookie: ${'a=b; '.repeat(chance.pick([1, 1_000]))}`],
    [`X-Long: ${'x'.repeat(chance.pick([8_000, 20_000, 100_000]))}`],
    Array.from({ length: chance.pick([50, 300, 2_500]) }, (_, index) => `X-Many-${index}: ${index}`),
    ['X-Request-Id: mine', 'Idempotency-Key: mine'],
    ['__proto__: x', 'constructor: y', 'toString: z'],
    ['Range: bytes=0-1', 'If-None-Match: *', 'TE: trailers'],
  ]);
}
