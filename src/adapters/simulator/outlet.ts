import type { ServerResponse } from 'node:http';

/** The way out to one caller, who may leave at any moment: then nothing waits any longer. */
export class Outlet {
  readonly #response: ServerResponse;
  readonly #pieceBytes: number | undefined;
  #closed: boolean;
  #wake: (() => void) | undefined;

  constructor(response: ServerResponse, pieceBytes: number | undefined) {
    this.#response = response;
    this.#pieceBytes = pieceBytes;
    this.#closed = response.destroyed;
    response.on('close', () => {
      this.#closed = true;
      this.#wake?.();
    });
    response.on('drain', () => this.#wake?.());
    // A caller's reset is told by 'close' as well.
    response.on('error', () => undefined);
  }

  get closed(): boolean {
    return this.#closed;
  }

  async waitMs(durationMs: number): Promise<void> {
    if (this.#closed || durationMs <= 0) return;
    let timer: NodeJS.Timeout | undefined;
    await this.#sleep((wake) => {
      timer = setTimeout(wake, durationMs);
    });
    clearTimeout(timer);
  }

  /** Comes back when there is room for more. */
  async write(text: string | Uint8Array): Promise<void> {
    if (this.#pieceBytes === undefined) {
      await this.#writePiece(text);
      return;
    }
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length && !this.#closed; start += this.#pieceBytes) {
      await this.#writePiece(bytes.subarray(start, start + this.#pieceBytes));
      // Writes of one turn of the loop leave as one chunk.
      await this.#sleep((wake) => setImmediate(wake));
    }
  }

  /** Comes back when the caller's side has all of it, as far as this side can know. */
  async flush(): Promise<void> {
    while (!this.#closed && this.#response.writableLength > 0) await this.waitMs(1);
  }

  async #writePiece(piece: string | Uint8Array): Promise<void> {
    if (this.#closed || this.#response.write(piece)) return;
    while (!this.#closed && this.#response.writableNeedDrain) await this.#sleep(() => undefined);
  }

  async #sleep(until: (wake: () => void) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      until(resolve);
    });
    this.#wake = undefined;
  }
}
