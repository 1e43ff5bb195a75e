// One deed of an operator: a transaction that does it, writes it into the audit log, and tells every process.
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { Failure } from '#core/failure.ts';
import type { Outcome, Refusal, Topic } from '#ports/administration.ts';
import { isTransient, transaction } from '../pool.ts';

export interface AuditNote {
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

/** Thrown inside a deed: rolls it back and becomes its outcome. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`Refused: ${JSON.stringify(refusal)}`);
    this.name = 'Refused';
    this.refusal = refusal;
  }
}

export async function deed<Row>(pool: Pool, work: (client: PoolClient) => Promise<Row>): Promise<Outcome<Row>> {
  try {
    return { kind: 'done', row: await transaction(pool, work) };
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    const refusal = error instanceof DatabaseError ? refusalOf(error) : undefined;
    if (refusal) return refusal;
    throw awayOr(error);
  }
}

/** A reading or a small writing that cannot be refused. */
export async function reading<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw awayOr(error);
  }
}

export async function note(client: PoolClient, { actor, action, subject, before, after }: AuditNote): Promise<void> {
  await client.query(
    'insert into faregate.audit_log (actor, action, subject, before, after) values ($1, $2, $3, $4, $5)',
    [actor, action, subject, jsonOrNull(before), jsonOrNull(after)],
  );
}

/** Sent by Postgres when the transaction commits. */
export async function tell(client: PoolClient, topic: Topic): Promise<void> {
  await client.query(`select pg_notify('faregate_change', $1)`, [topic]);
}

function awayOr(error: unknown): unknown {
  if (isTransient(error)) {
    return new Failure('not_exact', 'The database cannot be reached at the moment. Try again.', { cause: error });
  }
  // Class 22: a value that Postgres cannot keep, whatever its schema says: a NUL in a text, the year 0.
  if (error instanceof DatabaseError && error.code?.startsWith('22') === true) {
    return new Failure('invalid_parameter', `A value cannot be kept: ${error.message}.`, { cause: error });
  }
  return error;
}

function jsonOrNull(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

// Postgres names the columns: `Key (slug)=(acme) already exists.`
const keyInDetail = /^Key \(([^)]*)\)=/;

function refusalOf(error: DatabaseError): Refusal | undefined {
  const columns = keyInDetail.exec(error.detail ?? '')?.[1]?.split(', ') ?? [];
  const field = columns.at(-1)?.replace(/_id$/, '') ?? '';
  switch (error.code ?? '') {
    case '23505':
      return { kind: 'taken', field: columns.at(-1) ?? '' };
    case '23503':
      return error.detail?.includes('still referenced')
        ? { kind: 'conflict', reason: 'It is still in use.' }
        : { kind: 'unknown', field };
    case '23P01':
      return { kind: 'conflict', reason: 'Another row covers the same stretch of time.' };
    default:
      return undefined;
  }
}
