// The auditor's word on a ledger: by the command, as an operator asks it, or at once beside a running server.
import { postgresBooks } from '#adapters/postgres/books.ts';
import type { SocketConnection } from '#adapters/postgres/connection.ts';
import { openPool } from '#adapters/postgres/pool.ts';
import { audit as auditBooks } from '#flows/audit.ts';
import type { AuditReport } from '#flows/audit/tally.ts';
import { runCommand } from './launch.ts';
import { environmentOf, type ServerOptions } from './server.ts';

export interface Audited extends AuditReport {
  readonly code: number | null;
}

/** Of a data directory whose server has ended. */
export async function audit(
  dataDirectory: string,
  options: Omit<ServerOptions, 'dataDirectory'> = {},
): Promise<Audited> {
  const { code, stdout, stderr } = await runCommand(['audit', '--json'], environmentOf(dataDirectory, options));
  const report = stdout.split('\n').find((line) => line.startsWith('{'));
  if (report === undefined) throw new Error(`The audit ended with ${code ?? 'a signal'}: ${stderr}`);
  return { code, ...(JSON.parse(report) as AuditReport) };
}

/** Nothing may be under way: a call without its charge is a finding at once. */
export async function auditBeside(connection: SocketConnection): Promise<AuditReport> {
  const pool = openPool(connection, { max: 1 });
  try {
    const nowMs = Date.now();
    return await auditBooks({ books: postgresBooks(pool), nowMs, inFlightMs: 0 });
  } finally {
    await pool.end();
  }
}
