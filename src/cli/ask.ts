// One request to the running server.
import { type ConnectionOptions, findServer, unreachable } from './server-connection.ts';

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v1/`. */
  readonly path: string;
  /** Several values: the name comes several times. */
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
  readonly answerMsMax?: number;
  /** Instead of a body. */
  readonly csv?: string;
}

export type Row = Readonly<Record<string, unknown>>;

export interface Answer {
  /** As it came. */
  readonly text: string;
  readonly row: Row;
}

const answerMsMax = 60_000;

/** The server said no, in its own sentence; `details` are all that was wrong or in its way, where it says. */
export class Refusal extends Error {
  readonly details: readonly Row[];

  constructor(sentence: string, details: readonly Row[]) {
    super(sentence);
    this.name = 'Refusal';
    this.details = details;
  }
}

/** @throws Refusal when the server says no. */
export async function ask(options: ConnectionOptions, request: Request): Promise<Answer> {
  const { text, url } = await exchange(options, request);
  const row = rowIn(text);
  if (row) return { text, row };
  throw new Error(`${url} answered, and not as a Faregate server does.`);
}

/** What it answers where that is not JSON. @throws Refusal when the server says no. */
export async function askText(options: ConnectionOptions, request: Request): Promise<string> {
  return (await exchange(options, request)).text;
}

async function exchange(options: ConnectionOptions, request: Request): Promise<{ text: string; url: string }> {
  const server = findServer(options, process.env);
  const url = new URL(`${server.url}/api/v1/${request.path}`);
  for (const [name, values] of Object.entries(request.query ?? {})) {
    for (const value of values === undefined ? [] : [values].flat()) url.searchParams.append(name, value);
  }
  const response = await fetch(url, {
    method: request.method ?? 'GET',
    headers: {
      authorization: `Bearer ${server.token}`,
      ...contentTypeOf(request),
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    ...(request.csv === undefined ? {} : { body: request.csv }),
    signal: AbortSignal.timeout(request.answerMsMax ?? answerMsMax),
  }).catch((cause: unknown) => {
    throw unreachable(server, cause);
  });
  const text = await response.text();
  if (response.ok) return { text, url: server.url };
  throw (
    refusalIn(rowIn(text)) ?? new Error(`${server.url} answered ${response.status}, and not as a Faregate server does.`)
  );
}

function contentTypeOf({ body, csv }: Request): Readonly<Record<string, string>> {
  if (csv !== undefined) return { 'content-type': 'text/csv' };
  return body === undefined ? {} : { 'content-type': 'application/json' };
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

function refusalIn(row: Row | undefined): Refusal | undefined {
  const error = row?.['error'];
  if (!isRow(error) || typeof error['message'] !== 'string') return undefined;
  const details = [error['problems'], error['conflicts']].flat().filter(isRow);
  const sentence = typeof error['param'] === 'string' ? `${error['param']}: ${error['message']}` : error['message'];
  return new Refusal(sentence, details);
}
