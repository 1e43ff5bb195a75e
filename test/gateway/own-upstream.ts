// A provider whose every byte a test decides.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Provider } from '#core/catalog/catalog.ts';
import { simulatorRow } from './twin-gateway.ts';

export interface OwnUpstream {
  readonly provider: Provider;
  /** What came last. */
  readonly body: () => string;
  readonly headers: () => IncomingHttpHeaders;
  readonly path: () => string;
  answers(answer: (response: ServerResponse) => void): void;
  stop(): void;
}

export async function startOwnUpstream(name: string): Promise<OwnUpstream> {
  let answer = (response: ServerResponse): void => void response.end();
  let body = '';
  let headers: IncomingHttpHeaders = {};
  let path = '';
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      body = Buffer.concat(pieces).toString('utf8');
      headers = request.headers;
      path = request.url ?? '';
      answer(response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return {
    provider: { ...simulatorRow, name, adapter: 'openai-compatible', baseUrl },
    body: () => body,
    headers: () => headers,
    path: () => path,
    answers: (next) => {
      answer = next;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

export function whole(body: object) {
  return (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

export function textEvent(content: string): string {
  return `data: ${JSON.stringify({ id: 'own', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
}

export function usageEvent(prompt_tokens: number, completion_tokens: number): string {
  const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
  return `data: ${JSON.stringify({ id: 'own', choices: [], usage })}\n\n`;
}
