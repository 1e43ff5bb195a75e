// Sends the pieces of all running streams in turn, one of each at a time, as tokens arrive from a provider.
import type { Socket } from 'node:net';

interface Stream {
  readonly socket: Socket;
  readonly pieces: readonly Buffer[];
  readonly done: () => void;
  next: number;
  waiting: boolean;
}

const running: Stream[] = [];
let turning = false;

export function pace(socket: Socket, pieces: readonly Buffer[], done: () => void): void {
  running.push({ socket, pieces, done, next: 0, waiting: false });
  if (turning) return;
  turning = true;
  setImmediate(turn);
}

function turn(): void {
  for (let index = running.length - 1; index >= 0; index -= 1) {
    const stream = running[index];
    if (!stream || stream.waiting) continue;
    if (stream.socket.destroyed || sendNext(stream)) running.splice(index, 1);
  }
  turning = running.length > 0;
  if (turning) setImmediate(turn);
}

/** `true` after the last. */
function sendNext(stream: Stream): boolean {
  const { socket, pieces } = stream;
  const piece = pieces[stream.next];
  if (!piece) return true;
  stream.next += 1;
  const isLast = stream.next === pieces.length;
  // Counted before it can have arrived, so that nobody who has the answer finds it missing here.
  if (isLast) stream.done();
  if (!socket.write(piece) && !isLast) {
    stream.waiting = true;
    socket.once('drain', () => {
      stream.waiting = false;
    });
  }
  return isLast;
}
