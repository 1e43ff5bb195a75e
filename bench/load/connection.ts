// A caller's connection: sends the same bytes again and again, and says when each answer is whole.
import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.ts';

const bufferBytes = 64 * 1024;

export interface ConnectionOptions {
  readonly port: number;
  readonly request: Buffer;
  /** `ok`: whole, and with status 200. */
  readonly onAnswer: (connection: Connection, ok: boolean) => void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #reader = new AnswerReader();
  #waiting = false;
  closed = false;

  private constructor(options: ConnectionOptions, connected: () => void) {
    this.#options = options;
    this.#socket = connect(
      {
        host: '127.0.0.1',
        port: options.port,
        noDelay: true,
        // One buffer for ever, instead of one for each read.
        onread: {
          buffer: Buffer.allocUnsafe(bufferBytes),
          callback: (length, buffer) => this.#take(Buffer.from(buffer.buffer, buffer.byteOffset, length)),
        },
      },
      connected,
    );
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.once('close', () => {
      this.closed = true;
      this.#answered(false);
    });
  }

  static open(options: ConnectionOptions): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection: Connection = new Connection(options, () => resolve(connection));
      connection.#socket.once('error', reject);
    });
  }

  send(): void {
    this.#waiting = true;
    this.#socket.write(this.#options.request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): boolean {
    if (this.#reader.read(bytes)) this.#answered(this.#reader.status === 200);
    return true;
  }

  #answered(ok: boolean): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#options.onAnswer(this, ok);
  }
}
