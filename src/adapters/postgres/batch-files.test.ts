import { afterAll } from 'vitest';
import { batchFilesContract } from '#ports/batch-files.contract.ts';
import { type LedgerDatabase, openLedgerDatabase } from '#test/audit/ledger-database.ts';
import { postgresBatchFiles } from './batch-files.ts';

let database: Promise<LedgerDatabase> | undefined;

afterAll(async () => (await database)?.close());

batchFilesContract('uploaded files in Postgres', async () => {
  database ??= openLedgerDatabase('embedded');
  const opened = await database;
  return {
    files: postgresBatchFiles(opened.application),
    createWallet: async () => (await opened.createPayer('usd')).walletId,
  };
});
