// Batches at a provider of OpenAI's dialect: what it is sent, and what is made of words that say too little.
import OpenAI, { toFile } from 'openai';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Provider } from '#core/catalog/catalog.ts';
import { routeOf, simulatorRow, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually } from './wire.ts';

interface Heard {
  readonly at: string;
  readonly body: string;
  readonly authorization: string | undefined;
}

type Answer = (response: ServerResponse) => void;

let heard: Heard[] = [];
let answers: Record<string, Answer> = {};

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const at = `${request.method ?? ''} ${request.url ?? ''}`;
    const { authorization } = request.headers;
    heard.push({ at, body: Buffer.concat(pieces).toString('utf8'), authorization });
    const answer = answers[at];
    if (answer) answer(response);
    else response.writeHead(404).end('{"error":{"message":"nothing is here"}}');
  });
});

const json =
  (body: object, status = 200): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const text =
  (body: string): Answer =>
  (response) =>
    void response.writeHead(200).end(body);

const secret = 'sk-batches-0123456789abcdef';
let twin: TwinGateway;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const provider: Provider = {
    ...simulatorRow,
    providerId: 'maker',
    name: 'maker',
    adapter: 'openai',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    credentials: [{ providerKeyId: 'maker-key', secret, isPrimary: true, weight: 1 }],
    outputLimitField: 'max_completion_tokens',
  };
  twin = await startTwinGateway({ routes: [routeOf(targetOf('m-1', provider))] });
});

afterAll(async () => {
  await twin.stop();
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  heard = [];
  answers = {
    'POST /v1/files': json({ id: 'file-up', object: 'file' }),
    'POST /v1/batches': json({ id: 'batch_up', object: 'batch', status: 'validating' }),
  };
});

function clientFor(apiKey: string): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${twin.url}/v1`, maxRetries: 0 });
}

const url = '/v1/chat/completions';
const messages = [{ role: 'user', content: 'x' }];

async function begin(client: OpenAI, ids: readonly string[]): Promise<OpenAI.Batch> {
  const lines = ids.map((custom_id) => {
    const body = `{"model":"maker/m-1","messages":${JSON.stringify(messages)},"seed":12345678901234567890}`;
    return `{"custom_id":"${custom_id}","method":"POST","url":"${url}","body":${body}}`;
  });
  const file = await client.files.create({ purpose: 'batch', file: await toFile(Buffer.from(lines.join('\n')), 'in') });
  return client.batches.create({ input_file_id: file.id, endpoint: url, completion_window: '24h' });
}

async function settled(client: OpenAI, id: string): Promise<OpenAI.Batch> {
  let batch = await client.batches.retrieve(id);
  await eventually(async () => {
    batch = await client.batches.retrieve(id);
    return batch.status === 'completed' || batch.status === 'expired';
  }, 100);
  return batch;
}

function answered(custom_id: string, body: object): string {
  return JSON.stringify({ id: `r-${custom_id}`, custom_id, response: { status_code: 200, body }, error: null });
}

const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };

test('each line is sent as a single call would be: the model by its own name, a limit, every digit', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  await begin(client, ['a', 'b']);
  const [upload, create] = heard.filter(({ at }) => at.startsWith('POST'));
  expect(upload?.authorization).toBe(`Bearer ${secret}`);
  expect(upload?.body).toContain('name="purpose"\r\n\r\nbatch');
  const lines = (upload?.body ?? '').split('\n').filter((line) => line.startsWith('{'));
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { custom_id: 'a', method: 'POST', url, body: { model: 'm-1', messages, max_completion_tokens: 4_096 } },
    { custom_id: 'b', method: 'POST', url, body: { model: 'm-1', messages, max_completion_tokens: 4_096 } },
  ]);
  expect(lines[0]).toContain('12345678901234567890');
  expect(JSON.parse(create?.body ?? '')).toEqual({ input_file_id: 'file-up', endpoint: url, completion_window: '24h' });
});

test('answers without usage are charged by their share of what was set aside; what expired is free', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const begun = await begin(client, ['a', 'b', 'c', 'd']);
  const { held } = await creditsOf(twin.url, key);
  answers['GET /v1/batches/batch_up'] = json({
    id: 'batch_up',
    status: 'expired',
    output_file_id: 'file-out',
    error_file_id: 'file-err',
    request_counts: { total: 4, completed: 3, failed: 1 },
  });
  // Of three that the provider counts its file has two, one of them without usage.
  const output = [answered('a', { id: 'x', choices: [], usage }), answered('b', { id: 'y', choices: [] })].join('\n');
  answers['GET /v1/files/file-out/content'] = text(output);
  answers['GET /v1/files/file-err/content'] = text('{"custom_id":"d","response":null}\n');
  expect(await settled(client, begun.id)).toMatchObject({ status: 'expired' });
  const told = 100 + 2 * 10;
  // Two of four equal shares.
  const untold = (Number(held) * 1_000_000) / 2;
  expect(await creditsOf(twin.url, key)).toMatchObject({
    balance: String(10 - (told + untold) / 1_000_000),
    held: '0',
  });
  expect(await (await client.files.content(`file-${begun.id.slice('batch_'.length)}-error`)).text()).toContain('"d"');
});

test('while its answers cannot be had nothing is settled; when they can, once', async () => {
  const { key } = await twin.key('10');
  const client = clientFor(key);
  const begun = await begin(client, ['a']);
  const { held } = await creditsOf(twin.url, key);
  const counts = { total: 1, completed: 1, failed: 0 };
  answers['GET /v1/batches/batch_up'] = json({
    id: 'batch_up',
    status: 'completed',
    output_file_id: 'file-out',
    request_counts: counts,
  });
  await eventually(async () => heard.some(({ at }) => at === 'GET /v1/files/file-out/content'), 100);
  expect(await client.batches.retrieve(begun.id)).toMatchObject({ output_file_id: null });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '10', held });
  answers['GET /v1/files/file-out/content'] = text(`${answered('a', { id: 'x', choices: [], usage })}\n`);
  expect(await settled(client, begun.id)).toMatchObject({ status: 'completed', request_counts: counts });
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '9.99988', held: '0' });
});

test.each([
  ['the file', 'POST /v1/files', 500, 502],
  ['the file', 'POST /v1/files', 504, 504],
  ['the batch', 'POST /v1/batches', 400, 400],
] as const)('a provider that refuses %s (%s %i) charges nothing', async (_what, at, status, seen) => {
  answers[at] = json({ error: { message: 'not now' } }, status);
  const { key } = await twin.key('10');
  await expect(begin(clientFor(key), ['a'])).rejects.toMatchObject({ status: seen });
  await twin.writer.flush();
  expect(await creditsOf(twin.url, key)).toMatchObject({ balance: '10', held: '0' });
});
