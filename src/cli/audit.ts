// `faregate audit`: reads the whole ledger and says what does not hold.
import { pinoLog } from '#adapters/telemetry/pino-log.ts';
import { type Environment, readConfig } from '#config.ts';
import { audit, type AuditReport } from '#flows/audit.ts';
import { openBooks } from '#world.ts';

export interface AuditOptions {
  readonly json?: boolean;
}

/** Ends the process with 1 when something was found, or could not be read. */
export async function auditLedger(environment: Environment, options: AuditOptions): Promise<void> {
  const config = readConfig(environment, process.cwd());
  const opened = await openBooks(config, pinoLog('warn'));
  try {
    const report = await audit({ books: opened.books, nowMs: Date.now() });
    process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : readable(report));
    if (report.findings.length > 0 || report.incomplete.length > 0) process.exitCode = 1;
  } finally {
    await opened.close();
  }
}

function readable({ findings, counts, incomplete }: AuditReport): string {
  const lines = [
    ...findings.map(({ check, subject, message }) => `FINDING ${check} ${subject}: ${message}`),
    ...incomplete.map((what) => `INCOMPLETE ${what}`),
    `read ${Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}`,
    findings.length === 0 && incomplete.length === 0 ? 'The ledger holds.' : 'The ledger does NOT hold.',
  ];
  return `${lines.join('\n')}\n`;
}
