// What is the same for every kind of row that operators keep: made, listed, read and changed.
import type { Pool, PoolClient } from 'pg';
import type { Keeping, Listed, Page, Topic, Versioned } from '#ports/administration.ts';
import { deed, note, reading, Refused, tell } from './deed.ts';
import { byId, type Condition, listRows } from './page.ts';
import { isUuid } from './sql.ts';

/** Values by column; `undefined` leaves a column as it is. */
export type Columns = Readonly<Record<string, unknown>>;

export interface Noun {
  /** As the audit log calls it. */
  readonly name: string;
  readonly table: string;
  readonly alias: string;
  readonly select: string;
  readonly from: string;
  /** Unique columns by which a row may be named beside its id. */
  readonly names: readonly string[];
  readonly topic: Topic;
}

export interface Rules<New, Change, Filter> {
  readonly inserting: (client: PoolClient, row: New) => Promise<Columns>;
  readonly inserted?: (client: PoolClient, id: string, row: New) => Promise<void>;
  readonly changing: (client: PoolClient, change: Change) => Promise<Columns>;
  /** What depends on the row and has to be seen as changed with it. */
  readonly changed?: (client: PoolClient, id: string) => Promise<void>;
  readonly conditions?: (filter: Filter) => Promise<readonly Condition[]> | readonly Condition[];
}

export function keeping<Row extends Versioned, New, Change, Filter = unknown>(
  pool: Pool,
  noun: Noun,
  nextId: () => string,
  rules: Rules<New, Change, Filter>,
): Keeping<Row, New, Change, Filter> {
  return {
    list: async (page: Page, filter?: Filter): Promise<Listed<Row>> =>
      listNoun<Row>(pool, noun, page, filter === undefined ? [] : await rules.conditions?.(filter)),
    get: (ref) => reading(() => findRow<Row>(pool, noun, ref)),
    create: (actor, row) =>
      deed(pool, async (client) => {
        const id = nextId();
        await insertRow(client, noun.table, { id, ...(await rules.inserting(client, row)) });
        await rules.inserted?.(client, id, row);
        return noted<Row>(client, noun, { actor, action: 'create', id });
      }),
    update: (actor, ref, change, version) =>
      deed(pool, async (client) => {
        const before = await lockRow<Row>(client, noun, ref, version);
        await changeRow(client, noun, before.id, await rules.changing(client, change));
        await rules.changed?.(client, before.id);
        return noted<Row>(client, noun, { actor, action: 'update', id: before.id, before });
      }),
  };
}

export function listNoun<Row extends object>(
  pool: Pool,
  noun: Noun,
  page: Page,
  conditions: readonly Condition[] = [],
): Promise<Listed<Row>> {
  return listRows<Row>(pool, { select: noun.select, from: noun.from, order: byId(noun.alias) }, page, conditions);
}

export async function findRow<Row extends object>(
  client: Pool | PoolClient,
  noun: Noun,
  ref: string,
): Promise<Row | undefined> {
  const columns = isUuid(ref) ? ['id'] : noun.names;
  if (columns.length === 0) return undefined;
  const where = columns
    .map((column) => `${noun.alias}.${column} = ${column === 'email' ? 'lower($1)' : '$1'}`)
    .join(' or ');
  const { rows } = await client.query<Row>(`select ${noun.select} from ${noun.from} where ${where} limit 1`, [ref]);
  return rows[0];
}

/** The row as it is now, kept from others until the transaction ends. */
export async function lockRow<Row extends Versioned>(
  client: PoolClient,
  noun: Noun,
  ref: string,
  version?: string,
): Promise<Row> {
  const found = await findRow<Row>(client, noun, ref);
  if (!found) throw new Refused({ kind: 'not-found' });
  await client.query(`select from ${noun.table} where id = $1 for update`, [found.id]);
  const row = await findRow<Row>(client, noun, found.id);
  if (!row) throw new Refused({ kind: 'not-found' });
  if (version !== undefined && version !== row.version) throw new Refused({ kind: 'stale' });
  return row;
}

export async function insertRow(client: PoolClient, table: string, columns: Columns): Promise<void> {
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  const places = given.map((_, index) => `$${index + 1}`).join(', ');
  await client.query(
    `insert into ${table} (${given.map(([column]) => column).join(', ')}) values (${places})`,
    given.map(([, value]) => value),
  );
}

// Strictly later than before, so that two changes within a microsecond still give two versions.
export const touched = `updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')`;

export async function changeRow(client: PoolClient, noun: Noun, id: string, columns: Columns): Promise<void> {
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  const set = [...given.map(([column], index) => `${column} = $${index + 2}`), touched].join(', ');
  await client.query(`update ${noun.table} set ${set} where id = $1`, [id, ...given.map(([, value]) => value)]);
}

/** Reads the row as it is after the deed, and writes down what happened. */
export async function noted<Row extends object>(
  client: PoolClient,
  noun: Noun,
  { actor, action, id, before }: { actor: string; action: string; id: string; before?: object },
): Promise<Row> {
  const after = await findRow<Row>(client, noun, id);
  if (!after) throw new Error(`The ${noun.name} ${id} is gone after it was written.`);
  await note(client, { actor, action: `${noun.name}.${action}`, subject: `${noun.name}:${id}`, before, after });
  await tell(client, noun.topic);
  return after;
}

/** The id of what a field names; refuses the deed when there is no such row. */
export async function idOf(client: Pool | PoolClient, noun: Noun, ref: string, field: string): Promise<string> {
  const found = await findRow<Versioned>(client, noun, ref);
  if (!found) throw new Refused({ kind: 'unknown', field });
  return found.id;
}

/** As `idOf`; nothing stays nothing, and null clears. */
export async function maybeIdOf(
  client: PoolClient,
  noun: Noun,
  ref: string | null | undefined,
  field: string,
): Promise<string | null | undefined> {
  return ref === undefined || ref === null ? ref : idOf(client, noun, ref, field);
}

/** An id that no row has, so that a filter by an unknown name finds nothing. */
const noRow = '00000000-0000-0000-0000-000000000000';

export async function filterId(pool: Pool, noun: Noun, ref: string | undefined): Promise<string | undefined> {
  if (ref === undefined) return undefined;
  const found = await reading(() => findRow<Versioned>(pool, noun, ref));
  return found?.id ?? noRow;
}

export function json(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value ?? {});
}
