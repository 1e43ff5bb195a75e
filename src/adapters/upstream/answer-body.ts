// The pieces of an answer between the connection that brings them and the flow that takes them.
import type { Dispatcher } from 'undici';
import { type UpstreamBody, UpstreamError } from '#ports/upstream.ts';

type Take = (piece: Buffer) => void | Promise<void>;

export class AnswerBody implements UpstreamBody {
  closed = false;
  #controller: Dispatcher.DispatchController | undefined;
  #waiting: Buffer[] = [];
  #take: Take | undefined;
  #taking = false;
  #gathering = false;
  #finished: { error?: UpstreamError } | undefined;
  #done: { resolve: () => void; reject: (error: UpstreamError) => void } | undefined;

  attach(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.closed) this.#abort();
  }

  push(piece: Buffer): void {
    if (this.closed) return;
    this.#waiting.push(piece);
    if (this.#taking || !this.#take) {
      this.#controller?.pause();
      return;
    }
    // One read of the socket may bring many chunks, one call each: they are handed over together, when the last is here.
    if (this.#gathering) return;
    this.#gathering = true;
    queueMicrotask(() => {
      this.#gathering = false;
      if (!this.#taking) this.#drain();
    });
  }

  end(): void {
    this.#finish({});
  }

  fail(error: UpstreamError): void {
    this.#finish({ error });
  }

  pour(take: Take): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#take = take;
      this.#done = { resolve, reject };
      this.#drain();
    });
  }

  async whole(bytesMax: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    await this.pour((piece) => {
      bytes += piece.length;
      // Whoever throws while taking closes the connection.
      if (bytes > bytesMax) {
        throw new UpstreamError('too_large', `The provider's answer is larger than ${bytesMax} bytes.`);
      }
      pieces.push(piece);
    });
    const [only, ...more] = pieces;
    return only && more.length === 0 ? only : Buffer.concat(pieces);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#abort();
    // What has arrived was served, and is billed: it is still handed over.
    this.#finish({ error: new UpstreamError('aborted', 'We closed the connection.') });
  }

  #abort(): void {
    // undici reports the abort to its handler, which finds us closed already.
    this.#controller?.abort(new Error('closed'));
  }

  #hand(piece: Buffer): void {
    let taken: void | Promise<void>;
    try {
      taken = this.#take?.(piece);
    } catch (error) {
      this.#giveUp(error);
      return;
    }
    if (!taken) return;
    this.#taking = true;
    this.#controller?.pause();
    taken.then(
      () => {
        this.#taking = false;
        this.#drain();
      },
      (error: unknown) => this.#giveUp(error),
    );
  }

  #drain(): void {
    while (!this.#taking) {
      const waiting = this.#waiting;
      const [first] = waiting;
      if (!first) break;
      this.#waiting = [];
      this.#hand(waiting.length === 1 ? first : Buffer.concat(waiting));
    }
    if (this.#taking || this.#waiting.length > 0) return;
    if (this.#finished) this.#conclude(this.#finished.error);
    else this.#controller?.resume();
  }

  #finish(how: { error?: UpstreamError }): void {
    this.#finished ??= how;
    if (!this.#taking && this.#waiting.length === 0) this.#conclude(this.#finished.error);
  }

  #conclude(error: UpstreamError | undefined): void {
    const done = this.#done;
    this.#done = undefined;
    if (!done) return;
    if (error) done.reject(error);
    else done.resolve();
  }

  #giveUp(error: unknown): void {
    this.#finished = {
      error: error instanceof UpstreamError ? error : new UpstreamError('broken', 'Taking the answer failed.', error),
    };
    this.closed = true;
    this.#waiting = [];
    this.#abort();
    this.#conclude(this.#finished.error);
  }
}
