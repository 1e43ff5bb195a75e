// Lists by cursor: the cursor is the key of the last row that was shown, so rows that come meanwhile shift nothing.
import type { Pool } from 'pg';
import { Failure } from '#core/failure.ts';
import type { Listed, Page } from '#ports/administration.ts';
import { reading } from './deed.ts';
import { isUuid, microseconds } from './sql.ts';

/** SQL with `$` where the value goes; left out when the value is undefined. */
export type Condition = readonly [sql: string, value: unknown];

export interface ListQuery {
  readonly select: string;
  readonly from: string;
  /** Columns that are unique together and sort the newest last. */
  readonly order: readonly OrderKey[];
  /** For lists that people look something up in: the first comes first. */
  readonly ascending?: boolean;
}

export interface OrderKey {
  readonly column: string;
  readonly kind: keyof typeof keyKinds;
}

// How a column's value stands in a cursor, exactly, and comes back out of it.
const keyKinds = {
  id: {
    written: (column: string) => `${column}::text`,
    read: (parameter: string) => `${parameter}::uuid`,
    fits: isUuid,
  },
  number: {
    written: (column: string) => `${column}::text`,
    read: (parameter: string) => `${parameter}::bigint`,
    fits: isCount,
  },
  text: {
    written: (column: string) => column,
    read: (parameter: string) => parameter,
    fits: () => true,
  },
  time: {
    written: microseconds,
    read: (parameter: string) => `timestamptz 'epoch' + ${parameter}::bigint * interval '1 microsecond'`,
    fits: isCount,
  },
} as const;

function isCount(text: string): boolean {
  return /^\d{1,18}$/.test(text);
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
    const keys = readCursor(page.cursor, query.order);
    const left = query.order.map((key) => key.column).join(', ');
    const right = query.order.map((key, index) => keyKinds[key.kind].read(parameter(keys[index]))).join(', ');
    where.push(`(${left}) ${query.ascending === true ? '>' : '<'} (${right})`);
  }
  const sql = [
    `select ${query.select}, jsonb_build_array(${query.order.map((key) => keyKinds[key.kind].written(key.column)).join(', ')}) as cursor_`,
    `from ${query.from}`,
    where.length === 0 ? '' : `where ${where.join(' and ')}`,
    `order by ${query.order.map((key) => `${key.column} ${query.ascending === true ? 'asc' : 'desc'}`).join(', ')} limit ${parameter(page.limit + 1)}`,
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

export const byId = (alias: string): ListQuery['order'] => [{ column: `${alias}.id`, kind: 'id' }];

function writeCursor(keys: readonly string[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

function readCursor(cursor: string, order: ListQuery['order']): readonly string[] {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(keys) && keys.length === order.length) {
      const texts = keys.map(String);
      if (order.every((key, index) => keyKinds[key.kind].fits(texts[index] ?? ''))) return texts;
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
