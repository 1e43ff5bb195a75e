// Bytes to a server as they stand, and all that comes back until it closes the connection or has said enough.
import { connect } from 'node:net';

export function exchange(
  url: string,
  request: string | Buffer,
  isEnough: (said: string) => boolean = () => false,
): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  return new Promise((resolve) => {
    let said = '';
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => {
      said += piece;
      if (isEnough(said)) socket.destroy();
    });
    // A connection that was reset has said what it has said.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(said));
    socket.write(request);
  });
}

export function statusesIn(said: string): readonly number[] {
  return [...said.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** An answer in JSON has come to its end. */
export function hasAnswered(said: string): boolean {
  const [head = '', body] = said.split('\r\n\r\n', 2);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  return body !== undefined && length !== undefined && body.length >= Number(length);
}
