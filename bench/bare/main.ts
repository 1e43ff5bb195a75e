// The fastest minimal proxy that can be written on Node: what a gateway that did nothing would cost.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { z } from 'zod';
import { listening } from '../mock/protocol.ts';
import { answerQuestions } from '../parts/part.ts';
import { modes } from '../workload.ts';

const question = z.object({ mode: z.enum(modes), upstreamPort: z.int() });

answerQuestions(question, ({ mode, upstreamPort }) => {
  const pool = new Pool(`http://127.0.0.1:${upstreamPort}`, { connections: 2_048, keepAliveTimeout: 30_000 });
  const pass = mode === 'plain' ? passWhole : passPieces;
  const server = createServer({ keepAliveTimeout: 75_000, noDelay: true }, (request, response) => {
    readBody(request, (body) => pass(pool, body, response));
  });
  return new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () => resolve(listening.parse(server.address())));
  });
});

const upstream = {
  path: '/bare/v1/chat/completions',
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer sk-bench' },
} as const;

function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.once('end', () => {
    const [only, ...more] = pieces;
    done(only && more.length === 0 ? only : Buffer.concat(pieces));
  });
}

function passWhole(pool: Pool, body: Buffer, response: ServerResponse): void {
  pool
    .request({ ...upstream, body })
    .then(async (answer) => {
      const bytes = await answer.body.bytes();
      response.writeHead(answer.statusCode, {
        'content-type': String(answer.headers['content-type']),
        'content-length': bytes.length,
      });
      response.end(bytes);
    })
    .catch(() => response.destroy());
}

function passPieces(pool: Pool, body: Buffer, response: ServerResponse): void {
  pool.dispatch(
    { ...upstream, body },
    {
      // By this one undici knows which kind of handler it has.
      onRequestStart() {},
      onResponseStart(_controller, status, headers) {
        response.writeHead(status, { 'content-type': String(headers['content-type']) });
      },
      onResponseData(controller, piece) {
        if (response.write(piece)) return;
        controller.pause();
        response.once('drain', () => controller.resume());
      },
      onResponseEnd() {
        response.end();
      },
      onResponseError() {
        response.destroy();
      },
    },
  );
}
