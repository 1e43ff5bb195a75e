// One address for everything: the call path, the health checks, and the administration behind them.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isGatewayRequest } from './gateway/gateway.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Doors {
  readonly gateway: Handler;
  readonly admin: Handler;
  readonly ready: () => Promise<Readiness>;
}

/** Says which part is missing, and nothing about where it is. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly missing: readonly string[] };

export interface RunningServer {
  /** Where it can be reached from this machine. */
  readonly url: string;
  /** Until then every address answers that the server is starting. */
  open(doors: Doors): void;
  /** No new connections; resolves when the last answer has left. */
  close(): Promise<void>;
}

// Longer than the keep-alive of the usual load balancers (60 s), so that the other side closes first.
const keepAliveMs = 75_000;

export const serverOptions = {
  keepAliveTimeout: keepAliveMs,
  noDelay: true,
  // Whoever sends its head or its body byte by byte is answered with 408 in the end.
  headersTimeout: 60_000,
  requestTimeout: 300_000,
} as const;

export class AddressTaken extends Error {
  constructor(host: string, port: number) {
    super(`Port ${port} on ${host} is in use. Stop what runs there, or choose another with FAREGATE_PORT.`);
    this.name = 'AddressTaken';
  }
}

/** @throws AddressTaken */
export async function listen(host: string, port: number): Promise<RunningServer> {
  let doors: Doors | undefined;
  const server = createServer(serverOptions, (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path === '/health/live') answer(response, 200, { status: 'live' });
    else if (!doors) answer(response, 503, { status: 'starting' });
    else if (isGatewayRequest(path, request.method)) doors.gateway(request, response);
    else if (path === '/health/ready') void answerReady(doors, response);
    else doors.admin(request, response);
  });
  await bind(server, host, port);
  const address = server.address() as AddressInfo;
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${address.port}`,
    open: (opened) => {
      doors = opened;
    },
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new AddressTaken(host, port) : error);
    });
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

async function answerReady({ ready }: Doors, response: ServerResponse): Promise<void> {
  const readiness = await ready();
  if (readiness.ready) answer(response, 200, { status: 'ready' });
  else answer(response, 503, { status: 'not ready', missing: readiness.missing });
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const headers = { 'content-type': 'application/json', ...(status === 503 ? { 'retry-after': '1' } : {}) };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
