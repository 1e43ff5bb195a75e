import { DatabaseError, Pool, TypeOverrides, type PoolClient } from 'pg';
import { clientConfig, type PostgresConnection } from './connection.ts';

export type PoolOptions = {
  readonly max: number;
  // The role whose grants hold for every query; the role must exist, so migrate first.
  readonly applicationRole?: string;
  readonly statementMsMax?: number;
};

const statementMsMaxByDefault = 30_000;
// How much longer than the server we wait for an answer, before we take the connection for dead.
const answerMsMax = 5_000;
const idleInTransactionMsMax = 60_000;

export function openPool(connection: PostgresConnection, options: PoolOptions): Pool {
  const statementMsMax = options.statementMsMax ?? statementMsMaxByDefault;
  const pool = new Pool({
    ...clientConfig(connection, options.applicationRole),
    max: options.max,
    statement_timeout: statementMsMax,
    query_timeout: statementMsMax + answerMsMax,
    idle_in_transaction_session_timeout: idleInTransactionMsMax,
    types: valueTypes(),
  });
  // An idle connection that breaks has already been dropped by the pool, and one in use fails the query that it runs:
  // there is nothing left to do here, but without these listeners the process would end.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

// Commits what the work did, or nothing. When the connection breaks during the commit nobody knows which of the two
// happened, so whoever tries again must be doing something that may be done twice.
export async function transaction<Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let usable = false;
  try {
    await client.query('begin');
    const result = await work(client);
    const ending = await client.query('commit');
    // Postgres answers the commit of a failed transaction with a rollback and no error.
    if (ending.command !== 'COMMIT') throw new Error('The work went on after a failed query, and was rolled back');
    usable = true;
    return result;
  } catch (error) {
    usable = !isConnectionLost(error) && (await rolledBack(client));
    throw error;
  } finally {
    client.release(!usable);
  }
}

// Whether the same deed may succeed if it is simply tried again.
export function isTransient(error: unknown): boolean {
  return isConnectionLost(error) || (error instanceof DatabaseError && triableAgain.has(error.code ?? ''));
}

const triableAgain = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '53300', // too many connections
]);

const lostCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  '57P01', // the server is being stopped
  '57P02', // one of its processes was killed
  '57P03', // it is being started
]);

// `pg` reports these without a code.
const lostMessages = [
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed',
  'Query read timeout',
  'timeout exceeded when trying to connect',
  'timeout expired',
];

function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (lostMessages.some((message) => error.message.startsWith(message))) return true;
  if (!('code' in error) || typeof error.code !== 'string') return false;
  // The socket file of a Postgres that is being started again is missing for a moment.
  if (error.code === 'ENOENT') return 'syscall' in error && error.syscall === 'connect';
  return lostCodes.has(error.code) || error.code.startsWith('08');
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  );
}

const typeIds = { int8: 20, date: 1082, numeric: 1700, int8Array: 1016, numericArray: 1231 };

// Amounts are numeric(38,0) and counts are int8: both come as bigint, since a number would round them. A numeric with
// decimal places has no exact type here and stays text, as does a date, which would become midnight of the local time
// zone. A timestamptz comes as a Date.
function valueTypes(): TypeOverrides {
  const types = new TypeOverrides();
  types.setTypeParser(typeIds.int8, BigInt);
  types.setTypeParser(typeIds.numeric, exactNumber);
  types.setTypeParser(typeIds.int8Array, (text) => eachOf(text, BigInt));
  types.setTypeParser(typeIds.numericArray, (text) => eachOf(text, exactNumber));
  types.setTypeParser(typeIds.date, (text) => text);
  return types;
}

function exactNumber(text: string): bigint | string {
  return /^-?\d+$/.test(text) ? BigInt(text) : text;
}

// Numbers need no quotes in an array, so a list of them is as simple as it looks.
function eachOf<Value>(text: string, parse: (element: string) => Value): (Value | null)[] {
  const elements = text.slice(1, -1);
  if (elements === '') return [];
  return elements.split(',').map((element) => (element === 'NULL' ? null : parse(element)));
}
