// One request to the running server.
import { type ConnectionOptions, findServer, unreachable } from './server-connection.ts';

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

export type Row = Readonly<Record<string, unknown>>;

export interface Answer {
  /** As it came. */
  readonly text: string;
  readonly row: Row;
}

const answerMsMax = 60_000;

/** @throws Error with the server's own sentence when it says no. */
export async function ask(options: ConnectionOptions, request: Request): Promise<Answer> {
  const server = findServer(options, process.env);
  const url = new URL(`${server.url}/api/v1/${request.path}`);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const response = await fetch(url, {
    method: request.method ?? 'GET',
    headers: {
      authorization: `Bearer ${server.token}`,
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    signal: AbortSignal.timeout(answerMsMax),
  }).catch((cause: unknown) => {
    throw unreachable(server, cause);
  });
  const text = await response.text();
  const row = rowIn(text);
  if (response.ok && row) return { text, row };
  throw new Error(sentenceOf(row) ?? `${server.url} answered ${response.status}, and not as a Faregate server does.`);
}

export function pathOf(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

function rowIn(text: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sentenceOf(row: Row | undefined): string | undefined {
  const error = row?.['error'];
  if (!isRow(error) || typeof error['message'] !== 'string') return undefined;
  return typeof error['param'] === 'string' ? `${error['param']}: ${error['message']}` : error['message'];
}
