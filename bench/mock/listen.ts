// A provider that costs as little as possible: bytes in, bytes out, no HTTP server between.
import { createServer, type Server, type Socket } from 'node:net';
import { plainAnswers, streamAnswers } from './answers.ts';
import { pace } from './pacer.ts';
import { type Sender, senders, type Tally } from './tally.ts';

const endOfHead = Buffer.from('\r\n\r\n');
const asksForStream = Buffer.from('"stream":true');

let served = 0;

/** Resolves with the port. Several threads may share one. */
export function listen(tally: Tally, port: number, shared: boolean): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => converse(socket, tally));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, backlog: 4_096, reusePort: shared }, () => resolve(portOf(server)));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function converse(socket: Socket, tally: Tally): void {
  let carried: Buffer | undefined;
  socket.on('data', (piece: Buffer) => {
    const bytes = carried ? Buffer.concat([carried, piece]) : piece;
    const end = endOfRequest(bytes);
    carried = end < 0 ? bytes : undefined;
    if (end >= 0) answer(socket, bytes, tally);
  });
  socket.on('error', () => socket.destroy());
}

/** Where the request ends, −1 when it is not whole yet. Nobody here sends the next one before the answer. */
function endOfRequest(bytes: Buffer): number {
  const head = bytes.indexOf(endOfHead);
  if (head < 0) return -1;
  const length = /content-length: *(\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1];
  const end = head + endOfHead.length + Number(length ?? 0);
  return end <= bytes.length ? end : -1;
}

function answer(socket: Socket, request: Buffer, tally: Tally): void {
  const sender = senderOf(request);
  const usage = served % plainAnswers.length;
  served += 1;
  const pieces = request.includes(asksForStream) ? streamAnswers[usage] : undefined;
  if (pieces) {
    pace(socket, pieces, () => tally.count(sender, usage));
    return;
  }
  tally.count(sender, usage);
  socket.write(plainAnswers[usage] ?? '');
}

// `POST /gateway/…`
const senderAt = 'POST /'.length;

function senderOf(request: Buffer): Sender {
  const found = senders.find((sender) => sender.charCodeAt(0) === request[senderAt]);
  if (!found) throw new Error('A call came from somebody unknown.');
  return found;
}
