// Reads one answer off a connection, and notices when it is none.

export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** It says itself where it ends, and nothing came behind it. */
  readonly keepsAlive: boolean;
}

export class AnswerReader {
  readonly #hasNoBody: boolean;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(method: string) {
    this.#hasNoBody = method === 'HEAD';
  }

  /** `undefined` until it is whole. @throws Error for what is no answer. */
  push(piece: Buffer): Answer | undefined {
    this.#bytes = this.#bytes.length === 0 ? piece : Buffer.concat([this.#bytes, piece]);
    return this.#read(false);
  }

  /** The connection is closed. @throws Error for a part of an answer. */
  end(): Answer | undefined {
    return this.#bytes.length === 0 ? undefined : (this.#read(true) ?? broken('An answer broke off.'));
  }

  #read(closed: boolean): Answer | undefined {
    const headEnd = this.#bytes.indexOf('\r\n\r\n');
    if (headEnd < 0) {
      if (this.#bytes.length > 65_536) broken('The head of an answer has no end.');
      return undefined;
    }
    const [first = '', ...lines] = this.#bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(`${first} `)?.[1];
    if (status === undefined) return broken(`No answer: ${first.slice(0, 80)}`);
    const rest = this.#bytes.subarray(headEnd + 4);
    if (status.startsWith('1')) {
      this.#bytes = rest;
      return rest.length === 0 ? undefined : this.#read(closed);
    }
    const headers = new Map(lines.map(headerOf));
    const isEmpty = this.#hasNoBody || status === '204' || status === '304';
    const framed = isEmpty ? { body: Buffer.alloc(0), rest } : bodyOf(headers, rest, closed);
    if (!framed) return undefined;
    const keepsAlive = framed.rest.length === 0 && !closed && headers.get('connection') !== 'close';
    return { status: Number(status), headers, body: framed.body, keepsAlive };
  }
}

interface Framed {
  readonly body: Buffer;
  readonly rest: Buffer;
}

function bodyOf(headers: ReadonlyMap<string, string>, rest: Buffer, closed: boolean): Framed | undefined {
  if (headers.get('transfer-encoding') === 'chunked') return unchunked(rest);
  const announced = headers.get('content-length');
  if (announced === undefined) return closed ? { body: rest, rest: Buffer.alloc(0) } : undefined;
  const length = Number(announced);
  return rest.length < length ? undefined : { body: rest.subarray(0, length), rest: rest.subarray(length) };
}

function unchunked(bytes: Buffer): Framed | undefined {
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (!Number.isSafeInteger(size)) return broken('A chunk of an answer has no size.');
    const start = lineEnd + 2;
    if (bytes.length < start + size + 2) return undefined;
    pieces.push(bytes.subarray(start, start + size));
    at = start + size + 2;
    if (size === 0) return { body: Buffer.concat(pieces), rest: bytes.subarray(at) };
  }
}

function headerOf(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function broken(why: string): never {
  throw new Error(why);
}
