import { afterAll } from 'vitest';
import { jobBookContract } from '#ports/job-book.contract.ts';
import { type LedgerDatabase, openLedgerDatabase } from '#test/audit/ledger-database.ts';
import { postgresJobBook } from './job-book.ts';

let database: Promise<LedgerDatabase> | undefined;

afterAll(async () => (await database)?.close());

jobBookContract('jobs in Postgres', async () => {
  database ??= openLedgerDatabase('embedded');
  const opened = await database;
  return {
    ledger: opened.ledger,
    book: postgresJobBook(opened.application),
    createPayer: (currency) => opened.createPayer(currency),
  };
});
