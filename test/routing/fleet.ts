// Several providers whose every answer a test decides, behind one gateway; each tells what it was asked and with which key.
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Credential, Provider } from '#core/catalog/catalog.ts';
import { simulatorRow } from '#test/gateway/twin-gateway.ts';

export interface Seen {
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
}

export type Answering = (response: ServerResponse, seen: Seen) => void;

export interface Member {
  readonly provider: Provider;
  readonly seen: Seen[];
  answers(answering: Answering): void;
  /** Back to its first answer, with nothing seen. */
  reset(): void;
  stop(): void;
}

export const answering =
  (text = 'ok', usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }): Answering =>
  (response) => {
    const choices = [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id: 'a', choices, usage }));
  };

export const failing =
  (status: number, headers: Readonly<Record<string, string>> = {}): Answering =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message: `status ${status}`, type: 'x' } }));
  };

export async function startMember(name: string, more: Partial<Provider> = {}): Promise<Member> {
  let answer = answering(name);
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(pieces).toString('utf8')) as Seen['body'];
      seen.push({ body, headers: request.headers });
      answer(response, { body, headers: request.headers });
    });
  });
  const baseUrl = `${await listening(server)}/v1`;
  return {
    provider: { ...simulatorRow, providerId: name, name, adapter: 'openai-compatible', baseUrl, ...more },
    seen,
    answers: (next) => {
      answer = next;
    },
    reset() {
      answer = answering(name);
      seen.length = 0;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1_024 }, resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function keyNamed(providerKeyId: string, more: Partial<Credential> = {}): Credential {
  return { providerKeyId, secret: `secret-of-${providerKeyId}`, isPrimary: false, weight: 1, ...more };
}

export function keysUsed({ seen }: Member): readonly string[] {
  return seen.map(({ headers }) => String(headers.authorization).replace('Bearer secret-of-', ''));
}
