// Fills an empty database from a backup, in one transaction: all of it, or nothing.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Client, DatabaseError } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { clientConfig, type PostgresConnection } from '../connection.ts';
import { type BackupEnd, BackupError, type BackupHead, tableEnd, words } from './format.ts';
import { type BackupTable, backupTables, columnList, quoted } from './tables.ts';

export interface Restored {
  readonly tables: number;
  readonly madeAt: string;
}

/** Rows in one of these: somebody works with this database. */
const telling = ['organization', 'user_profile', 'wallet', 'virtual_key', 'billing_event'];

/**
 * The database must have been migrated to the version that made the backup.
 * @throws BackupError when the file is not whole, of another version, or the database is not empty.
 */
export async function restore(connection: PostgresConnection, path: string): Promise<Restored> {
  const client = new Client(clientConfig(connection));
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('begin');
    await client.query('set local statement_timeout = 0');
    await client.query('set local idle_in_transaction_session_timeout = 0');
    const tables = await backupTables(client);
    await mustBeEmpty(client);
    for (const { name } of tables) await client.query(`alter table faregate.${quoted(name)} disable trigger user`);
    await client.query(`truncate ${tables.map(({ name }) => `faregate.${quoted(name)}`).join(', ')}`);
    const restored = await fill(client, tables, linesOf(path));
    for (const table of tables) await setSequences(client, table);
    for (const { name } of tables) await client.query(`alter table faregate.${quoted(name)} enable trigger user`);
    const ending = await client.query('commit');
    if (ending.command !== 'COMMIT') throw new BackupError('The database took nothing of the backup back.');
    return restored;
  } catch (error) {
    if (error instanceof DatabaseError) {
      throw new BackupError(`The backup does not fit into the database, which is as it was: ${error.message}`, error);
    }
    throw error;
  } finally {
    await client.end();
  }
}

async function mustBeEmpty(client: Client): Promise<void> {
  for (const name of telling) {
    const { rowCount } = await client.query(`select from faregate.${quoted(name)} limit 1`);
    if (rowCount === 0) continue;
    throw new BackupError(
      `The database is not empty: there are rows in ${name}. A backup is restored only into a new one.`,
    );
  }
}

async function fill(client: Client, tables: readonly BackupTable[], lines: Lines): Promise<Restored> {
  const head = headOf(await lines.next());
  await mustBeOfThisVersion(client, head);
  const known = new Map(tables.map((table) => [table.name, table]));
  for (let filled = 0; ; filled += 1) {
    const hash = lines.digest();
    const line = (await lines.next())?.toString('utf8');
    if (line?.startsWith(words.end) === true) {
      const end = JSON.parse(line.slice(words.end.length)) as BackupEnd;
      if (end.sha256 !== hash || end.tables !== filled) throw damaged('its checksum is another one');
      if ((await lines.next()) !== undefined) throw damaged('it goes on behind its end');
      return { tables: filled, madeAt: head.madeAt };
    }
    if (line?.startsWith(words.table) !== true) throw damaged('it is cut off');
    const said = JSON.parse(line.slice(words.table.length)) as BackupTable;
    const table = known.get(said.name);
    if (!table || said.columns.some((column) => !table.columns.includes(column))) {
      throw new BackupError(`The backup has a table ${said.name} that this version does not have so.`);
    }
    await fillTable(client, said, lines);
  }
}

async function fillTable(client: Client, table: BackupTable, lines: Lines): Promise<void> {
  const into: Writable = client.query(
    copyFrom(`copy faregate.${quoted(table.name)} (${columnList(table)}) from stdin`),
  );
  const done = finished(into);
  // Awaited below; a failure meanwhile is told there.
  done.catch(() => {});
  for (;;) {
    const line = await lines.next();
    if (line === undefined) {
      into.destroy(damaged('it is cut off'));
      await done;
    } else if (line.toString('latin1') === `${tableEnd}\n`) break;
    else if (!into.write(line)) await Promise.race([once(into, 'drain'), done]);
  }
  into.end();
  await done;
}

function headOf(line: Buffer | undefined): BackupHead {
  const text = line?.toString('utf8') ?? '';
  if (!text.startsWith(words.head)) throw new BackupError('This is no backup of faregate.');
  return JSON.parse(text.slice(words.head.length)) as BackupHead;
}

async function mustBeOfThisVersion(client: Client, { migrations }: BackupHead): Promise<void> {
  const { rows } = await client.query<{ checksum: string }>('select checksum from faregate.migration order by number');
  const same = rows.length === migrations.length && rows.every(({ checksum }, at) => checksum === migrations[at]);
  if (same) return;
  throw new BackupError(
    `The backup is of a database at migration ${migrations.length}, and this version of faregate is at ${rows.length}. ` +
      'Restore it with the version that made it; a newer version brings the database up to date when it starts.',
  );
}

/** New rows get numbers behind those that are there. */
async function setSequences(client: Client, { name, columns }: BackupTable): Promise<void> {
  for (const column of columns) {
    await client.query(
      `select setval(s.name, coalesce((select max(${quoted(column)}::text::bigint) from faregate.${quoted(name)}), 0) + 1, false)
        from (select pg_get_serial_sequence($1, $2) as name) s where s.name is not null`,
      [`faregate.${quoted(name)}`, column],
    );
  }
}

interface Lines {
  /** With its line feed; `undefined` at the end. */
  next(): Promise<Buffer | undefined>;
  /** SHA-256 of all lines so far. */
  digest(): string;
}

const lineFeed = 0x0a;

function linesOf(path: string): Lines {
  const gunzip = createGunzip();
  const file = createReadStream(path).once('error', (error) => gunzip.destroy(error));
  const pieces = file.pipe(gunzip)[Symbol.asyncIterator]();
  const hash: Hash = createHash('sha256');
  let waiting = Buffer.alloc(0);
  const next = async (): Promise<Buffer | undefined> => {
    for (;;) {
      const at = waiting.indexOf(lineFeed);
      if (at >= 0) {
        const line = waiting.subarray(0, at + 1);
        waiting = waiting.subarray(at + 1);
        hash.update(line);
        return line;
      }
      const piece = await read(pieces);
      if (piece === undefined) {
        if (waiting.length > 0) throw damaged('it is cut off');
        return undefined;
      }
      waiting = Buffer.concat([waiting, piece]);
    }
  };
  return { next, digest: () => hash.copy().digest('hex') };
}

async function read(pieces: AsyncIterator<unknown>): Promise<Buffer | undefined> {
  try {
    const piece: IteratorResult<unknown, unknown> = await pieces.next();
    return Buffer.isBuffer(piece.value) ? piece.value : undefined;
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
}

function damaged(why: string): BackupError {
  return new BackupError(`The backup is damaged (${why}), so nothing of it was taken.`);
}
