// Writes the whole database into one file, as it is at one moment, beside whoever works with it.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { clientConfig, type PostgresConnection } from '../connection.ts';
import { type BackupEnd, BackupError, type BackupHead, tableEnd, words } from './format.ts';
import { backupTables, columnList, quoted } from './tables.ts';

export interface BackedUp {
  readonly tables: number;
  readonly rows: number;
}

/** The file is there only once it is whole. @throws BackupError when there is one already. */
export async function backUp(connection: PostgresConnection, path: string, nowMs: number): Promise<BackedUp> {
  const client = new Client(clientConfig(connection));
  client.on('error', () => {});
  await client.connect();
  const unfinished = `${path}.unfinished`;
  try {
    await client.query('begin isolation level repeatable read read only');
    await client.query('set local statement_timeout = 0');
    const counts = { tables: 0, rows: 0 };
    await pipeline(
      lines(client, nowMs, counts),
      createGzip(),
      createWriteStream(unfinished, { flags: 'wx', mode: 0o600 }),
    ).catch((error: unknown) => {
      throw isThere(error)
        ? new BackupError(`${unfinished} is there already: another backup is being written, or was cut off. Remove it.`)
        : error;
    });
    await onDisk(unfinished);
    // Unlike a rename, a link never takes another file's place.
    await link(unfinished, path).catch((error: unknown) => {
      throw isThere(error) ? new BackupError(`${path} is there already; it is left as it is.`) : error;
    });
    await onDisk(dirname(path));
    return counts;
  } finally {
    await rm(unfinished, { force: true });
    await client.end();
  }
}

interface Counts {
  tables: number;
  rows: number;
}

async function* lines(client: Client, nowMs: number, counts: Counts): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const said = (bytes: Buffer): Buffer => {
    hash.update(bytes);
    return bytes;
  };
  const { rows } = await client.query<{ checksum: string }>('select checksum from faregate.migration order by number');
  const head: BackupHead = {
    format: 1,
    madeAt: new Date(nowMs).toISOString(),
    migrations: rows.map(({ checksum }) => checksum),
  };
  yield said(Buffer.from(`${words.head}${JSON.stringify(head)}\n`));
  for (const table of await backupTables(client)) {
    yield said(Buffer.from(`${words.table}${JSON.stringify(table)}\n`));
    const columns = columnList(table);
    const copied = client.query(copyTo(`copy (select ${columns} from faregate.${quoted(table.name)}) to stdout`));
    for await (const piece of copied as Readable) yield said(piece as Buffer);
    counts.tables += 1;
    counts.rows += copied.rowCount;
    yield said(Buffer.from(`${tableEnd}\n`));
  }
  const end: BackupEnd = { tables: counts.tables, sha256: hash.digest('hex') };
  yield Buffer.from(`${words.end}${JSON.stringify(end)}\n`);
}

async function onDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
