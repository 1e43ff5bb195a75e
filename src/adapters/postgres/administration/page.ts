// Lists by cursor: the cursor is the key of the last row that was shown, so rows that come meanwhile shift nothing.
import type { Pool } from 'pg';
import { Failure } from '#core/failure.ts';
import type { Listed, Page } from '#ports/administration.ts';
import { reading } from './deed.ts';

/** SQL with `$` where the value goes; left out when the value is undefined. */
export type Condition = readonly [sql: string, value: unknown];

export interface ListQuery {
  readonly select: string;
  readonly from: string;
  /** Expressions that are unique together and sort the newest last, each with the type that a cursor's text is cast to. */
  readonly order: readonly {
    readonly expression: string;
    readonly cursor: string;
    readonly read: (parameter: string) => string;
  }[];
}

type WithCursor<Row> = Row & { readonly cursor_: readonly string[] };

export async function listRows<Row extends object>(
  pool: Pool,
  query: ListQuery,
  page: Page,
  conditions: readonly Condition[] = [],
): Promise<Listed<Row>> {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const where = conditions
    .filter(([, value]) => value !== undefined)
    .map(([sql, value]) => sql.replaceAll('$', () => parameter(value)));
  if (page.cursor !== undefined) {
    const keys = readCursor(page.cursor, query.order.length);
    const left = query.order.map((key) => key.expression).join(', ');
    const right = query.order.map((key, index) => key.read(parameter(keys[index]))).join(', ');
    where.push(`(${left}) < (${right})`);
  }
  const sql = [
    `select ${query.select}, jsonb_build_array(${query.order.map((key) => key.cursor).join(', ')}) as cursor_`,
    `from ${query.from}`,
    where.length === 0 ? '' : `where ${where.join(' and ')}`,
    `order by ${query.order.map((key) => `${key.expression} desc`).join(', ')} limit ${parameter(page.limit + 1)}`,
  ].join(' ');
  const { rows } = await reading(() => pool.query<WithCursor<Row>>(sql, values));
  const shown = rows.slice(0, page.limit);
  const last = rows.length > page.limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(withoutCursor),
    ...(last === undefined ? {} : { nextCursor: writeCursor(last.cursor_) }),
  };
}

function withoutCursor<Row extends object>(row: WithCursor<Row>): Row {
  const { cursor_: _, ...rest } = row;
  return rest as unknown as Row;
}

export const byId = (alias: string): ListQuery['order'] => [
  { expression: `${alias}.id`, cursor: `${alias}.id::text`, read: (parameter) => `${parameter}::uuid` },
];

export const byNumber = (column: string): ListQuery['order'] => [
  { expression: column, cursor: `${column}::text`, read: (parameter) => `${parameter}::bigint` },
];

function writeCursor(keys: readonly string[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

const plainKey = /^[0-9a-f-]{1,64}$/;

function readCursor(cursor: string, length: number): readonly string[] {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(keys) && keys.length === length && keys.every((key) => plainKey.test(String(key)))) {
      return keys.map(String);
    }
  } catch {
    // Falls through to the same answer: it was not made here.
  }
  throw wrongCursor();
}

function wrongCursor(): Failure {
  return new Failure(
    'invalid_parameter',
    'This is not a cursor of this list. Use `next_cursor` of the answer before.',
    {
      param: 'cursor',
    },
  );
}
