// A provider of every dialect. One of them answers as it should and is strict about what it is sent; the other one fails in
// every way that it knows, each request in its own.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import type { Provider } from '#core/catalog/catalog.ts';
import { begun, ended, event, message, textBlock } from '#test/gateway/anthropic-upstream.ts';
import { beginStream, textEvent, usageEvent } from '#test/gateway/own-upstream.ts';
import { simulatorRow } from '#test/gateway/twin-gateway.ts';
import { Chance } from '#test/simulation/chance.ts';

export interface FuzzUpstream {
  readonly name: string;
  readonly port: number;
  /** One that speaks each protocol. */
  readonly openAi: Provider;
  readonly anthropic: Provider;
  readonly google: Provider;
  readonly cohere: Provider;
  readonly served: () => number;
  /** What it should not have been sent. */
  readonly complaints: readonly string[];
  stop(): void;
}

const secret = 'sk-of-the-house';
const credentials = [{ providerKeyId: 'key', secret, isPrimary: true, weight: 1 }];

const headersKnown: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-type',
  'content-length',
  'accept',
  'accept-encoding',
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'anthropic-version',
  'anthropic-beta',
]);

export async function startFuzzUpstream(name: string, fails: boolean): Promise<FuzzUpstream> {
  const complaints: string[] = [];
  let served = 0;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      served += 1;
      const body = Buffer.concat(pieces);
      complaints.push(...complaintsAbout(request, body));
      // One that never says what became of a job is asked for days.
      const isJob = request.method !== 'POST' && (!fails || served % 3 > 0);
      if (isJob) answerOfJob(request, response);
      else if (fails) answerBadly(request, response, body);
      else answerWell(request, response, body.toString());
    });
  });
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const row: Provider = {
    ...simulatorRow,
    name,
    credentials,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    headTimeoutMs: 1_500,
    idleTimeoutMs: 1_500,
  };
  return {
    name,
    port,
    openAi: { ...row, adapter: 'openai-compatible' },
    anthropic: { ...row, name: `${name}-maker`, adapter: 'anthropic', onHangUp: 'drain' },
    google: { ...row, name: `${name}-google`, adapter: 'google' },
    cohere: { ...row, name: `${name}-cohere`, adapter: 'cohere', baseUrl: `http://127.0.0.1:${port}` },
    served: () => served,
    complaints,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function complaintsAbout(request: IncomingMessage, body: Buffer): readonly string[] {
  const { headers, method = '', url = '' } = request;
  const foundWrong: string[] = [];
  if (!asked.some((each) => each.test(`${method} ${url}`))) foundWrong.push(`asked ${method} ${url.slice(0, 100)}`);
  for (const name in headers) if (!headersKnown.has(name)) foundWrong.push(`was sent the header ${name}`);
  const { host = '' } = headers;
  if (host !== `127.0.0.1:${request.socket.localPort ?? ''}`) foundWrong.push(`was called ${host}`);
  const key = headers.authorization ?? headers['x-api-key'] ?? headers['x-goog-api-key'];
  if (key !== `Bearer ${secret}` && key !== secret) foundWrong.push('was sent another credential');
  if (method !== 'POST') return foundWrong;
  const isForm = headers['content-type']?.startsWith('multipart/form-data; boundary=') === true;
  const read = isForm ? formIn(body) : parsed(body.toString());
  if (!read)
    return [...foundWrong, `was sent neither a JSON object nor a form: ${body.toString('latin1').slice(0, 100)}`];
  if (!namesNoModel.test(url) && (typeof read['model'] !== 'string' || !/^[a-z]+$/.test(read['model']))) {
    foundWrong.push('was asked for no model');
  }
  for (const name of ['base_url', 'api_base', 'api_key', 'custom_llm_provider', 'models', 'fallbacks', 'route']) {
    if (Object.hasOwn(read, name) && url.startsWith('/v1/chat')) foundWrong.push(`was sent the field ${name}`);
  }
  return foundWrong;
}

const asked: readonly RegExp[] = [
  /^POST \/v[12](\/[a-z_]+)+$/,
  /^POST \/v1\/models\/[a-z]+:[a-zA-Z]+(\?alt=sse)?$/,
  /^POST \/v1\/videos\/\w+\/remix$/,
  /^(GET|DELETE) \/v1\/videos\/\w+$/,
  /^GET \/v1\/videos\/\w+\/content(\?variant=(thumbnail|spritesheet))?$/,
];

const namesNoModel = /^\/v1\/(models\/|videos\/\w+\/remix$)/;

/** Its fields, as whoever reads it to the letter has them; what is in them twice is the last. */
function formIn(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  const text = body.toString('latin1');
  const boundary = text.slice(0, text.indexOf('\r\n'));
  if (!text.endsWith(`\r\n${boundary}--\r\n`)) return undefined;
  const parts = text.slice(boundary.length + 2, -(boundary.length + 6)).split(`\r\n${boundary}\r\n`);
  const named = parts.map((part) =>
    /^content-disposition: form-data; name="([^"\r\n]*)"(?:; filename="[^"\r\n]*")?\r\n(?:content-type: [^\r\n]+\r\n)?\r\n/i.exec(
      part,
    ),
  );
  if (named.some((each) => !each)) return undefined;
  return Object.fromEntries(named.map((each, index) => [each?.[1] ?? '', parts[index]?.slice(each?.[0].length)]));
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };

function filmOf(id: string, status: 'queued' | 'completed'): object {
  return { id, object: 'video', status, progress: status === 'queued' ? 0 : 100, seconds: '4', size: '1280x720' };
}

function answerOfJob({ method, url = '' }: IncomingMessage, response: ServerResponse): void {
  const [, id = ''] = /\/videos\/(\w+)/.exec(url) ?? [];
  if (url.includes('/content')) response.writeHead(200, { 'content-type': 'video/mp4' }).end(Buffer.alloc(1_000, 7));
  else json(response, 200, method === 'DELETE' ? { id, deleted: true } : filmOf(id, 'completed'));
}

function answerWell(request: IncomingMessage, response: ServerResponse, text: string): void {
  const streams = parsed(text)?.['stream'] === true;
  switch (request.url ?? '') {
    case '/v1/chat/completions':
      if (streams) {
        beginStream(response);
        response.end(`${textEvent('Fine, ')}${textEvent('thanks.')}${usageEvent(9, 4)}data: [DONE]\n\n`);
        return;
      }
      return json(response, 200, {
        id: 'own',
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', content: 'Fine, thanks.' }, finish_reason: 'stop' }],
        usage,
      });
    case '/v1/messages':
      if (streams) {
        beginStream(response);
        response.end(begun() + textBlock(0, ['Fine, ', 'thanks.']) + ended());
        return;
      }
      return json(response, 200, message([{ type: 'text', text: 'Fine, thanks.' }]));
    case '/v1/completions':
      if (streams) {
        beginStream(response);
        const choices = [{ index: 0, text: 'Fine.', finish_reason: null }];
        response.end(`data: ${JSON.stringify({ choices })}\n\n${usageEvent(9, 4)}data: [DONE]\n\n`);
        return;
      }
      return json(response, 200, { choices: [{ index: 0, text: 'Fine.', finish_reason: 'stop' }], usage });
    case '/v2/embed':
      return json(response, 200, {
        id: 'own',
        embeddings: { float: [[0.1, 0.2]] },
        texts: ['One.'],
        meta: { billed_units: { input_tokens: 9 } },
      });
    case '/v2/rerank':
    case '/v1/rerank':
      return json(response, 200, {
        results: [{ index: 0, relevance_score: 0.5 }],
        meta: { billed_units: { search_units: 1 } },
      });
    case '/v1/images/generations':
    case '/v1/images/edits':
      return json(response, 200, { created: 1, data: [{ b64_json: 'AAAA' }] });
    case '/v1/audio/speech':
      return void response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(Buffer.alloc(100, 1));
    case '/v1/audio/transcriptions':
    case '/v1/audio/translations':
      return json(response, 200, { text: 'Silence.', usage: { type: 'duration', seconds: 1 } });
    case '/v1/videos':
      return json(response, 200, filmOf('film_1', 'queued'));
    case '/v1/messages/count_tokens':
      return json(response, 200, { input_tokens: 9 });
    default:
      if (request.url?.endsWith('/remix')) return json(response, 200, filmOf('film_2', 'queued'));
      return json(response, 200, {
        object: 'list',
        data: [{ object: 'embedding', index: 0, embedding: [0.1, 0.2] }],
        usage: { prompt_tokens: 9, total_tokens: 9 },
      });
  }
}

// What it does follows from what it is asked, so that one request alone meets what it met among others.
function answerBadly(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const chance = new Chance(createHash('sha256').update(body).digest('hex'));
  const refuse =
    (status: number, more: object = {}) =>
    () =>
      json(response, status, { error: { message: 'No.', type: 'x', code: null }, ...more });
  const stream = (bytes: string | Buffer, end: 'ends' | 'breaks' | 'falls-silent') => () => {
    beginStream(response);
    response.write(bytes, () => {
      if (end === 'ends') response.end();
      if (end === 'breaks') response.destroy();
    });
  };
  const whole =
    (bytes: string, type = 'application/json') =>
    () =>
      void response.writeHead(200, { 'content-type': type }).end(bytes);
  const strangeUsage = chance.pick<unknown>([
    null,
    {},
    { prompt_tokens: -1, completion_tokens: -5, total_tokens: -6 },
    { prompt_tokens: 1e15, completion_tokens: 1e15, total_tokens: 2e15 },
    { prompt_tokens: '9', completion_tokens: 4.5 },
    { prompt_tokens: 9, completion_tokens: 4, total_tokens: 1 },
    { prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 90 } },
    { input_tokens: -9, output_tokens: 1e300, cache_read_input_tokens: 'x' },
  ]);
  chance.weighted<() => void>([
    [10, () => answerWell(request, response, body.toString())],
    [2, refuse(500)],
    [1, refuse(503)],
    [2, refuse(429)],
    [2, refuse(400)],
    [1, refuse(401)],
    [1, refuse(404)],
    [1, refuse(418, { type: 'error' })],
    [1, () => void response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' }).end()],
    [2, () => void response.destroy()],
    [1, () => undefined],
    [1, whole('')],
    [1, whole('null')],
    [1, whole('[1,2]')],
    [1, whole('{"choices":')],
    [1, whole('<html>Bad gateway</html>', 'text/html')],
    [1, whole('['.repeat(50_000))],
    [1, whole(JSON.stringify({ choices: 'none', content: 7, usage: strangeUsage }))],
    [1, whole(JSON.stringify({ ...message([{ type: 'text', text: 'x' }]), usage: strangeUsage }))],
    [1, whole(JSON.stringify({ error: 'broken' }))],
    [1, stream('', 'ends')],
    [1, stream(textEvent('word'), 'ends')],
    [2, stream(textEvent('word'), 'breaks')],
    [1, stream(textEvent('word'), 'falls-silent')],
    [1, stream(`data: {"usage":${JSON.stringify(strangeUsage)},"choices":[]}\n\n`, 'ends')],
    [1, stream(`data: ${'x'.repeat(200_000)}\n\ndata: [DONE]\n\n`, 'ends')],
    [1, stream(Buffer.from('data: \xff\xfe{}\n\n: \xc0\n\nevent\ndata\n\r\n\r\r', 'latin1'), 'ends')],
    [1, stream(`data: {"error":{"message":"No."}}\n\n`, 'ends')],
    [1, stream(event('error', { error: { type: 'overloaded_error', message: 'No.' } }), 'ends')],
    [1, stream(begun() + textBlock(0, ['x']), 'breaks')],
    [1, stream(begun() + event('content_block_delta', { index: 7, delta: { type: 'unknown' } }) + ended(), 'ends')],
    [1, stream(event('message_start', { message: null }) + event('message_delta', { usage: strangeUsage }), 'ends')],
  ])();
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
