// Where the running server is, and with which token it is spoken to.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerFile } from '#adapters/data-dir/server-file.ts';

export interface Connection {
  readonly url: string;
  readonly token: string;
  /** The file that said so; it may be older than the server's end. */
  readonly from?: { readonly file: string; readonly pid: number };
}

export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
}

const howToStart = 'Start one with "npm start", or name one with --url and --token.';

/** @throws Error that says what to do. */
export function findServer(options: ConnectionOptions, environment: NodeJS.ProcessEnv): Connection {
  const url = options.url ?? environment['FAREGATE_URL'];
  if (url !== undefined) {
    if (!URL.canParse(url)) throw new Error(`"${url}" is no address; write it as http://127.0.0.1:8787.`);
    const token = options.token ?? tokenOf(environment);
    if (token !== undefined) return { url: url.replace(/\/+$/, ''), token };
    throw new Error(`The server at ${url} wants a token: give it with --token or FAREGATE_ADMIN_TOKEN.`);
  }
  const file = join(environment['FAREGATE_DATA_DIR'] ?? 'data', 'server.json');
  const server = readServerFile(file);
  return { url: server.url, token: options.token ?? server.token, from: { file, pid: server.pid } };
}

function tokenOf(environment: NodeJS.ProcessEnv): string | undefined {
  const file = environment['FAREGATE_ADMIN_TOKEN_FILE'];
  if (file !== undefined) return readFileSync(file, 'utf8').trim();
  return environment['FAREGATE_ADMIN_TOKEN'];
}

function readServerFile(file: string): ServerFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EACCES') {
      throw new Error(`${file} belongs to another account; run this command as that one.`, { cause });
    }
    throw new Error(`No server runs here: there is no ${file}. ${howToStart}`, { cause });
  }
  try {
    const said = JSON.parse(text) as Partial<ServerFile>;
    if (typeof said.url === 'string' && typeof said.token === 'string' && typeof said.pid === 'number') {
      return { url: said.url, token: said.token, pid: said.pid };
    }
  } catch {
    // Falls through: whether it is no JSON or another one, the advice is the same.
  }
  throw new Error(`${file} does not read. Start the server again, or name one with --url and --token.`);
}

export function unreachable({ url, from }: Connection, cause: unknown): Error {
  const message =
    from === undefined
      ? `No server answers at ${url}. Check the address, and that it runs.`
      : `The server that ${from.file} names (process ${from.pid}, ${url}) does not run any more. ${howToStart}`;
  return new Error(message, { cause });
}
