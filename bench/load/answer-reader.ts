// Finds the end of an HTTP answer in the bytes of a connection, and looks at nothing that it need not.

const endOfHead = '\r\n\r\n';
const lastChunk = Buffer.from('0\r\n\r\n');

// Two bytes ahead of the last chunk belong to the chunk before it; our chunks never begin with a line break.
const tailBytes = lastChunk.length;

export class AnswerReader {
  /** Of the answer that has just ended. */
  status = 0;
  #head = '';
  #inBody = false;
  /** −1 for an answer in chunks. */
  #left = 0;
  readonly #tail = Buffer.alloc(tailBytes);

  /** `true` when the answer ends with these bytes. Valid only for one answer at a time. */
  read(bytes: Buffer): boolean {
    if (this.#inBody) return this.#takeBody(bytes);
    this.#head += bytes.toString('latin1');
    const end = this.#head.indexOf(endOfHead);
    if (end < 0) return false;
    const bodyBytes = this.#head.length - end - endOfHead.length;
    this.#readHead(this.#head.slice(0, end));
    this.#head = '';
    this.#inBody = true;
    return this.#takeBody(bytes.subarray(bytes.length - bodyBytes));
  }

  #readHead(head: string): void {
    this.status = Number(head.slice(9, 12));
    const length = /content-length: *(\d+)/i.exec(head)?.[1];
    this.#left = length === undefined ? -1 : Number(length);
    this.#tail.fill(0);
  }

  #takeBody(bytes: Buffer): boolean {
    if (this.#left >= 0) {
      this.#left -= bytes.length;
      this.#inBody = this.#left > 0;
    } else {
      this.#remember(bytes);
      this.#inBody = !this.#tail.equals(lastChunk);
    }
    return !this.#inBody;
  }

  #remember(bytes: Buffer): void {
    if (bytes.length >= tailBytes) {
      bytes.copy(this.#tail, 0, bytes.length - tailBytes);
      return;
    }
    this.#tail.copyWithin(0, bytes.length);
    bytes.copy(this.#tail, tailBytes - bytes.length);
  }
}
