// One request to a provider and its answer, as bytes.

export interface UpstreamRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Until the first byte of the answer. */
  readonly headTimeoutMs: number;
  /** Between two pieces of the answer. */
  readonly idleTimeoutMs: number;
  /** The address is not the operator's word: it may lead to public addresses only, and to those that he has allowed. */
  readonly publicOnly?: true;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: UpstreamBody;
}

export interface UpstreamBody {
  /**
   * Hands over every piece as it comes, until the end. Rejects with an `UpstreamError` when the answer breaks off.
   * While `take` returns a promise no further piece comes.
   */
  pour(take: (piece: Buffer) => void | Promise<void>): Promise<void>;
  /** The whole answer; rejects with an `UpstreamError` beyond `bytesMax`. */
  whole(bytesMax: number): Promise<Buffer>;
  /** Closes the connection; what has arrived is still handed over. Safe at any time, and more than once. */
  close(): void;
}

/** `forbidden`: a request for public addresses only that would have gone elsewhere; nothing of it was sent. */
export type UpstreamErrorKind = 'unreachable' | 'forbidden' | 'timeout' | 'broken' | 'too_large' | 'aborted';

export class UpstreamError extends Error {
  readonly kind: UpstreamErrorKind;

  constructor(kind: UpstreamErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UpstreamError';
    this.kind = kind;
  }
}

export interface Upstream {
  /**
   * Resolves with the answer's head. Rejects with an `UpstreamError`; `unreachable` means that no byte of the request
   * was taken, so that the provider cannot have billed it. The signal closes an answer that
   * has begun, too.
   */
  send(request: UpstreamRequest, signal?: AbortSignal): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}
