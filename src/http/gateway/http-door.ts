// An answer's way out over HTTP.
import type { ServerResponse } from 'node:http';
import type { Failure } from '#core/failure.ts';
import type { Dialect, Framing } from '#ports/dialect.ts';
import type { Door, StreamWords } from '#ports/door.ts';

/** A caller who takes nothing for this long has hung up. */
const stalledMsMaxByDefault = 60_000;

interface DoorOf {
  readonly dialect: Dialect;
  readonly requestId: string;
  /** As the call asks for its stream; server-sent events go as they are. */
  readonly framing?: Framing | undefined;
}

export class HttpDoor implements Door {
  readonly dialect: Dialect;
  readonly words: StreamWords;
  readonly #response: ServerResponse;
  readonly #requestId: string;
  readonly #stalledMsMax: number;
  readonly #framingOfStreams: Framing | undefined;
  readonly #hangUp = new AbortController();
  /** For a stream that has begun. */
  #framing: Framing | undefined;

  constructor(
    response: ServerResponse,
    { dialect, requestId, framing }: DoorOf,
    { stalledMsMax = stalledMsMaxByDefault } = {},
  ) {
    this.dialect = dialect;
    this.#framingOfStreams = framing;
    this.#response = response;
    this.#requestId = requestId;
    this.#stalledMsMax = stalledMsMax;
    this.words = dialect.words(requestId);
    response.once('close', () => {
      if (!response.writableFinished) this.#hangUp.abort();
    });
  }

  get hungUp(): AbortSignal {
    return this.#hangUp.signal;
  }

  get started(): boolean {
    return this.#response.headersSent;
  }

  start(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#hangUp.signal.aborted) return;
    const { requestIdHeader } = this.dialect;
    if (requestIdHeader !== undefined) this.#response.setHeader(requestIdHeader, this.#requestId);
    if (headers['content-type']?.startsWith('text/event-stream') === true) this.#framing = this.#framingOfStreams;
    const framed = this.#framing ? { 'content-type': this.#framing.contentType } : {};
    this.#response.writeHead(status, { ...headers, ...framed, 'x-request-id': this.#requestId });
  }

  write(events: Buffer | string): void | Promise<void> {
    const response = this.#response;
    const bytes = this.#framing ? this.#framing.frame(events) : events;
    if (this.#hangUp.signal.aborted || response.write(bytes)) return;
    return new Promise((resolve) => {
      // Else a caller who never reads would keep a provider's connection, and a part of our memory, for as long as it likes.
      const stalled = setTimeout(() => response.destroy(), this.#stalledMsMax);
      const done = (): void => {
        clearTimeout(stalled);
        response.off('drain', done);
        response.off('close', done);
        resolve();
      };
      response.once('drain', done);
      response.once('close', done);
    });
  }

  end(events?: Buffer | string): void {
    if (this.#hangUp.signal.aborted) return;
    const bytes = this.#framing ? this.#framing.frame(events ?? '') + this.#framing.end() : events;
    if (bytes === undefined || bytes.length === 0) this.#response.end();
    else this.#response.end(bytes);
  }

  /** The whole answer is that there is none; once a stream has begun, it only ends. */
  fail(failure: Failure): void {
    if (this.started) {
      this.end(this.words.failure(failure));
      return;
    }
    const headers: Record<string, string> = { 'x-should-retry': String(failure.shouldRetry) };
    // What comes after all of such a body would be taken for another request.
    if (failure.kind === 'request_timeout') headers['connection'] = 'close';
    const { retryAfterMs } = failure.detail;
    if (retryAfterMs !== undefined) {
      headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
      headers['retry-after-ms'] = String(Math.ceil(retryAfterMs));
    }
    this.#whole(failure.status, headers, this.dialect.failure(failure, this.#requestId));
  }

  json(status: number, value: unknown): void {
    this.#whole(status, {}, JSON.stringify(value));
  }

  #whole(status: number, headers: Readonly<Record<string, string>>, text: string): void {
    const body = Buffer.from(text);
    const described = { 'content-type': 'application/json', 'content-length': String(body.length) };
    this.start(status, { ...headers, ...described });
    this.end(body);
  }
}
