// A provider that knows its customers' keys, notes who called with which, and quotes keys back in its errors.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface KeyCheckingUpstream {
  /** On any loopback address; it listens on all. */
  url(host?: string): string;
  /** Which keys it accepts; others get 401. */
  readonly good: Set<string>;
  /** Keys whose calls break; their tests do not. */
  readonly broken: Set<string>;
  /** The key of each chat call that was answered. */
  readonly answered: string[];
  /** Of each test. */
  readonly tested: string[];
  stop(): void;
}

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

export async function startKeyCheckingUpstream(): Promise<KeyCheckingUpstream> {
  const [good, broken] = [new Set<string>(), new Set<string>()];
  const [answered, tested]: [string[], string[]] = [[], []];
  const server = createServer((request, response) => {
    const key = (request.headers.authorization ?? '').replace('Bearer ', '');
    const json = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (request.url === '/v1/models') tested.push(key);
      if (!good.has(key)) return json(401, { error: { message: `No such key: ${key}`, code: key } });
      if (request.url === '/v1/models') return json(200, { data: [] });
      if (request.url === '/moved/models') return void response.writeHead(302, { location: '/v1/models' }).end();
      if (broken.has(key))
        return json(500, { error: { message: `The account of ${key} is out of order`, param: key } });
      const body = JSON.parse(Buffer.concat(pieces).toString('utf8')) as { stream?: boolean; model: string };
      if (body.model === 'picky')
        return json(400, { error: { message: `"${key}" may not say that`, param: 'messages' } });
      answered.push(key);
      const common = { id: 'c', created: 1, model: body.model };
      if (body.stream !== true) {
        const choices = [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }];
        return json(200, { ...common, object: 'chat.completion', choices, usage });
      }
      const chunk = (more: object) =>
        `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', ...more })}\n\n`;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: null }] }));
      response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }));
      response.end(`${chunk({ choices: [], usage })}data: [DONE]\n\n`);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '0.0.0.0', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: (host = '127.0.0.1') => `http://${host}:${port}/v1`,
    good,
    broken,
    answered,
    tested,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
