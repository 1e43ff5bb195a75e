/** What the server does for one request, decided before it does anything. Instants count from the request's arrival. */
export type Reply = WholeReply | StreamReply | SilentReply;

/** One body, at once. */
export interface WholeReply {
  readonly kind: 'whole';
  readonly atMs: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly tokens: number;
}

/** Server-sent events, and how they end. */
export interface StreamReply {
  readonly kind: 'stream';
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly frames: Iterable<Frame>;
  readonly ending: 'done' | 'disconnect' | 'hang';
}

/** A frame is one event, or more; its instant counts from the first one. */
export interface Frame {
  readonly text: string;
  readonly tokens: number;
  readonly atMs: number;
}

/** No answer at all. */
export interface SilentReply {
  readonly kind: 'silent';
  readonly atMs: number;
  readonly ending: 'disconnect' | 'hang';
}

export function jsonReply(body: string, how: { status?: number; atMs?: number; tokens?: number } = {}): WholeReply {
  const { status = 200, atMs = 0, tokens = 0 } = how;
  return { kind: 'whole', atMs, status, headers: { 'content-type': 'application/json' }, body, tokens };
}
