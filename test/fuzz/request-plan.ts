// The one request that a seed and a number stand for, byte by byte, and what its caller does then.
import { Chance } from '#test/simulation/chance.ts';
import { type Foreign, strangeHeaders } from './hostile.ts';
import type { ModelKind } from '#core/catalog/catalog.ts';
import { doorOf, type Entered } from './doors.ts';
import { mutatedForm } from './form.ts';
import { mutatedBody } from './mutate.ts';
import { formFor, sampleFor, takesJson } from './samples.ts';

export interface Plan {
  readonly no: number;
  readonly about: string;
  readonly method: string;
  /** Written one after the other, each when the one before has left. */
  readonly pieces: readonly Buffer[];
  /** Its caller waits for the answer, ends its side, or hangs up: at once or when the first byte comes. */
  readonly leaving: 'waits' | 'ends' | 'leaves' | 'leaves-at-first-byte';
  /** Whole and well framed: it has to be answered. */
  readonly isWhole: boolean;
}

export interface Planning {
  readonly seed: string;
  readonly host: string;
  readonly foreign: Foreign;
  readonly addresses: readonly string[];
  readonly models: Readonly<Partial<Record<ModelKind, readonly string[]>>>;
  /** Jobs that are there, of several wallets, by their ids. */
  readonly jobs: readonly string[];
  readonly keys: readonly (readonly [weight: number, key: string])[];
}

interface Draft {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export function planOf(no: number, planning: Planning): Plan {
  const chance = new Chance(`${planning.seed} request ${no}`);
  const draft = draftOf(chance, planning);
  const framed = framedBy(chance, draft);
  const leaving = chance.weighted([
    [88, framed.isWhole ? 'waits' : 'ends'],
    [3, 'ends'],
    [5, 'leaves'],
    [4, 'leaves-at-first-byte'],
  ] as const);
  return {
    no,
    about: `${draft.method} ${draft.target.slice(0, 80)} (${framed.name}, ${leaving})`,
    method: draft.method,
    pieces: cutUp(chance, framed.bytes),
    leaving,
    isWhole: framed.isWhole && leaving === 'waits',
  };
}

function draftOf(chance: Chance, planning: Planning): Draft {
  const { host, foreign, keys } = planning;
  const entered = doorOf(chance, planning);
  const { body, contentType } = bodyFor(chance, entered, foreign);
  const key = chance.weighted(keys);
  const { method, target } = chance.odds(0.08) ? elsewhere(chance, entered.target, foreign) : entered;
  const asked = target.includes('?') || chance.odds(0.88) ? target : `${target}?${queryOf(chance, key, foreign)}`;
  const headers = [
    ...(chance.odds(0.995) ? [`Host: ${host}`] : []),
    ...(asked.includes('key=vk_') ? [] : credential(chance, key)),
    ...(contentType !== undefined && chance.odds(0.97) ? [`Content-Type: ${contentType}`] : []),
    ...(chance.odds(0.12) ? strangeHeaders(chance, foreign) : []),
  ];
  return { method, target: asked, headers, body };
}

interface Content {
  readonly body: Buffer;
  readonly contentType?: string;
}

function bodyFor(chance: Chance, { address, model, method }: Entered, foreign: Foreign): Content {
  const isEmpty = method === 'GET' || method === 'DELETE';
  if (isEmpty && chance.odds(0.95)) return { body: Buffer.alloc(0) };
  const form = formFor(address);
  if (form && (!takesJson(address) || chance.odds(0.5))) return mutatedForm(form(model, chance), chance, foreign);
  const sample = takesJson(address) ? sampleFor(address)(model, chance) : { model };
  return { body: mutatedBody(sample, chance, foreign), contentType: 'application/json' };
}

function queryOf(chance: Chance, key: string, { url }: Foreign): string {
  return chance.pick([
    `key=${key}`,
    `key=${key}&alt=sse`,
    `key=vk_&key=${key}`,
    `key=${encodeURIComponent(`${key}\u0000`)}`,
    'key=',
    'key=%zz',
    `key=${'k'.repeat(4_000)}`,
    'alt=sse',
    'alt=json',
    'alt=sse&alt=json',
    'alt=%00',
    'alt=media',
    'after=x&limit=1&order=asc',
    'limit=-1',
    'limit=1e1',
    'order=__proto__',
    'after=video_00000000-0000-0000-0000-000000000000',
    'variant=../x',
    'variant=thumbnail',
    `base_url=${encodeURIComponent(url)}`,
    '%',
    '&&==',
    'a=b&'.repeat(2_000),
    'pageSize=0&pageToken=x',
    '?',
  ]);
}

function credential(chance: Chance, key: string): readonly string[] {
  return chance.weighted<readonly string[]>([
    [70, [`Authorization: Bearer ${key}`]],
    [12, [`x-api-key: ${key}`]],
    [8, [`x-goog-api-key: ${key}`]],
    [1, [`x-goog-api-key: ${key}`, `x-goog-api-key: ${key}`]],
    [2, [`Authorization: bearer ${key}`]],
    [2, [`Authorization: Bearer ${key}`, `x-api-key: other`]],
    [1, [`Authorization: Bearer other`, `Authorization: Bearer ${key}`]],
    [1, [`Authorization:Bearer  ${key}  `]],
    [1, [`Authorization: Basic ${Buffer.from(`${key}:`).toString('base64')}`]],
    [1, [`Authorization: Bearer ${key.slice(0, -1)}`]],
    [1, [`Authorization: Bearer vk_${'\u00ff'.repeat(43)}`]],
    [1, []],
  ]);
}

function elsewhere(chance: Chance, address: string, { url, host }: Foreign): Pick<Draft, 'method' | 'target'> {
  const method = chance.pick(['POST', 'POST', 'GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PURGE']);
  const target = chance.pick([
    address,
    `${address}/`,
    `/${address}`,
    `${address}?base_url=${encodeURIComponent(url)}`,
    `${address}#fragment`,
    `${address};a=b`,
    `${address}%00`,
    `${address}/../models`,
    `/v1/../v1${address.slice(3)}`,
    address.toUpperCase(),
    address.replaceAll('/', '%2f'),
    `${url}${address}`,
    `http://${host}${address}`,
    `//${host}${address}`,
    host,
    '*',
    '/v1',
    '/v1/',
    '/v1/models',
    '/v1/models/%zz',
    '/v1/models/__proto__',
    `/v1/models/${'a/'.repeat(2_000)}`,
    '/v1/key',
    '/v1/credits',
    '/v1/generation?id=',
    '/v1/generation?id=00000000-0000-0000-0000-000000000000&id=%00',
    `/v1/generation?${'id=x&'.repeat(1_000)}`,
    `${address}:generateContent`,
    '/v1beta/models',
    '/v1beta/models/',
    '/v1beta/models/:generateContent',
    '/v1beta/models/%zz:countTokens',
    `/v1beta/models/${'a:'.repeat(2_000)}generateContent`,
    '/v1beta',
    '/v1/videos/',
    '/v1/videos/a/b/c',
    '/v1/videosx',
    '/v2',
    '/__proto__',
    '/v1/constructor',
    '/%e0%80%ae/x',
    `/v1/${'x'.repeat(chance.pick([100, 5_000, 20_000]))}`,
  ]);
  return { method, target };
}

interface Framed {
  readonly name: string;
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

const nothing = Buffer.alloc(0);
const headMax = 16_000;

function framedBy(chance: Chance, draft: Draft): Framed {
  const { body } = draft;
  const length = `Content-Length: ${body.length}`;
  const chunked = 'Transfer-Encoding: chunked';
  const whole = (name: string, more: readonly string[], sent: Buffer): Framed => ({
    name,
    bytes: written(draft, more, sent),
    // Too long a head is refused while it is still being sent, and the refusal may be lost with the connection.
    isWhole: draft.headers.some((line) => line.startsWith('Host:')) && written(draft, more, nothing).length < headMax,
  });
  const wrong = (name: string, more: readonly string[], sent: Buffer): Framed => ({
    ...whole(name, more, sent),
    isWhole: false,
  });
  return chance.weighted<() => Framed>([
    [80, () => whole('length', [length], body)],
    [10, () => whole('chunked', [chunked], inChunks(chance, body))],
    [1, () => wrong('too long a length', [`Content-Length: ${body.length + chance.pick([1, 100, 1e9])}`], body)],
    [1, () => wrong('too short a length', [`Content-Length: ${chance.below(body.length + 1)}`], body)],
    [1, () => wrong('length and chunks', [length, chunked], inChunks(chance, body))],
    [1, () => wrong('chunks and length', [chunked, 'Content-Length: 4'], inChunks(chance, body))],
    [1, () => wrong('two lengths', [length, `Content-Length: ${chance.below(body.length + 2)}`], body)],
    [
      1,
      () => wrong('no number', [`Content-Length: ${chance.pick(['-1', '+5', '0x10', '1e3', '', '1 1', '٣'])}`], body),
    ],
    [1, () => wrong('folded', [`Content-Length:\r\n ${body.length}`, 'X-Folded: a\r\n\tb'], body)],
    [1, () => wrong('another coding', [`Transfer-Encoding: ${chance.pick(odd)}`], inChunks(chance, body))],
    [1, () => wrong('wrong chunks', [chunked], wrongChunks(chance, body))],
    [1, () => wrong('cut off', [length], body.subarray(0, chance.below(body.length + 1)))],
    [1, () => wrong('no length', [], body)],
    [1, () => wrong('wrong head', [length, chance.pick(wrongLines)], body)],
    [1, () => wrong('two at once', [length], Buffer.concat([body, written(draft, [length], body)]))],
    [1, () => ({ name: 'noise', isWhole: false, bytes: noise(chance) })],
  ])();
}

const odd = [
  'Chunked',
  'chunked ',
  'xchunked',
  'identity',
  'gzip, chunked',
  'chunked, identity',
  '"chunked"',
  '\u000bchunked',
];

const wrongLines = [
  'X-Nul: a\u0000b',
  'X Space: a',
  'X-Space : a',
  ': no name',
  'no colon',
  'X-Cr: a\rb',
  'X-Lf: a\nTransfer-Encoding: chunked',
  'Host: twice.invalid',
  'X-Non-Ascii: \u00e9',
  'X-\u00e9: a',
];

function written({ method, target, headers }: Draft, framing: readonly string[], body: Buffer): Buffer {
  const head = [`${method} ${target} HTTP/1.1`, ...headers, ...framing, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

function inChunks(chance: Chance, body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const size = Math.min(body.length - at, chance.pick([1, 7, 100, 4_000, 60_000]) + Math.floor(body.length / 50));
    const extension = chance.odds(0.02) ? ';name="value"' : '';
    pieces.push(Buffer.from(`${size.toString(16)}${extension}\r\n`), body.subarray(at, at + size), Buffer.from('\r\n'));
    at += size;
  }
  pieces.push(Buffer.from(chance.odds(0.05) ? '0\r\nX-Trailer: a\r\n\r\n' : '0\r\n\r\n'));
  return Buffer.concat(pieces);
}

function wrongChunks(chance: Chance, body: Buffer): Buffer {
  const size = body.length.toString(16);
  return chance.pick([
    Buffer.concat([Buffer.from(`${size}x\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]),
    Buffer.concat([Buffer.from(`0x${size}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]),
    Buffer.concat([Buffer.from(`${size}\n`), body, Buffer.from('\n0\n\n')]),
    Buffer.concat([Buffer.from('ffffffffffffffff\r\n'), body]),
    Buffer.concat([Buffer.from('-1\r\n'), body]),
    Buffer.concat([Buffer.from(`${size};${'x'.repeat(20_000)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]),
    Buffer.concat([Buffer.from(`${size}\r\n`), body, Buffer.from('0\r\n\r\n')]),
  ]);
}

function noise(chance: Chance): Buffer {
  return chance.pick([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    Buffer.from('\u0016\u0003\u0001\u0002\u0000\u0001\u0000', 'latin1'),
    Buffer.from('GET / HTTP/0.9\r\n\r\n'),
    Buffer.from('GET /v1/models HTTP/1.0\r\n\r\n'),
    Buffer.from('POST /v1/chat/completions\r\n\r\n'),
    Buffer.from('\r\n\r\n\r\n'),
    Buffer.from('CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n'),
    Buffer.from(Array.from({ length: chance.between(1, 300) }, () => chance.below(256))),
  ]);
}

function cutUp(chance: Chance, bytes: Buffer): readonly Buffer[] {
  if (chance.odds(0.9) || bytes.length < 2) return [bytes];
  const cuts = Array.from({ length: chance.between(1, 4) }, () => chance.between(1, bytes.length - 1)).toSorted(
    (left, right) => left - right,
  );
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
}
