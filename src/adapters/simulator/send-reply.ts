import type { ServerResponse } from 'node:http';

import type { Frame, Reply, StreamReply, WholeReply } from '#providers/simulator/reply.ts';

import { Outlet } from './outlet.ts';

export interface SendingNotes {
  opened(status: number): void;
  sent(tokens: number): void;
  /** The connection is about to be closed on purpose. */
  cutting(): void;
}

// Frames that are due together go out together, in writes of about this size.
const WRITE_CHARACTERS = 16_384;

/** Carries out a reply; comes back when it is over, or when the caller has left. */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  how: { readonly chunkBytes: number | undefined; readonly notes: SendingNotes },
): Promise<void> {
  const outlet = new Outlet(response, how.chunkBytes);
  await outlet.waitMs(reply.atMs);
  if (outlet.closed) return;
  switch (reply.kind) {
    case 'whole':
      return sendWhole(response, outlet, reply, how.notes);
    case 'stream':
      return sendStream(response, outlet, reply, how.notes);
    case 'silent':
      return end(response, outlet, reply.ending, how.notes);
  }
}

async function sendWhole(
  response: ServerResponse,
  outlet: Outlet,
  reply: WholeReply,
  notes: SendingNotes,
): Promise<void> {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  notes.opened(reply.status);
  notes.sent(reply.tokens);
  await outlet.write(reply.body);
  await end(response, outlet, 'done', notes);
}

async function sendStream(
  response: ServerResponse,
  outlet: Outlet,
  reply: StreamReply,
  notes: SendingNotes,
): Promise<void> {
  response.writeHead(200, reply.headers);
  notes.opened(200);
  for await (const batch of duePaced(outlet, reply.frames)) {
    notes.sent(batch.tokens);
    await outlet.write(batch.text);
  }
  if (!outlet.closed) await end(response, outlet, reply.ending, notes);
}

/** Frames in batches, each when it is due by the clock: a late one does not push the others back. */
async function* duePaced(outlet: Outlet, frames: Iterable<Frame>): AsyncGenerator<Frame> {
  const startedAtMs = performance.now();
  let batch = { text: '', tokens: 0, atMs: 0 };
  for (const frame of frames) {
    if (outlet.closed) return;
    const early = frame.atMs > batch.atMs ? startedAtMs + frame.atMs - performance.now() : 0;
    if (early > 0 || batch.text.length >= WRITE_CHARACTERS) {
      if (batch.text !== '') yield batch;
      await outlet.waitMs(early);
      if (outlet.closed) return;
      batch = { text: '', tokens: 0, atMs: frame.atMs };
    }
    batch = { text: batch.text + frame.text, tokens: batch.tokens + frame.tokens, atMs: frame.atMs };
  }
  if (batch.text !== '') yield batch;
}

async function end(
  response: ServerResponse,
  outlet: Outlet,
  ending: StreamReply['ending'],
  notes: SendingNotes,
): Promise<void> {
  switch (ending) {
    case 'done':
      response.end();
      return;
    case 'disconnect':
      // What was written before the cut counts as sent, so it must be on its way.
      await outlet.flush();
      notes.cutting();
      response.destroy();
      return;
    case 'hang':
  }
}
