import { afterAll, describe } from 'vitest';
import { ledgerContract } from '#ports/ledger.contract.ts';
import { type LedgerDatabase, openLedgerDatabase } from '#test/audit/ledger-database.ts';
import { describeWithPart } from '#test/parts.ts';
import type { TestPostgresVersion } from '#test/postgres/instance.ts';

describe('the Postgres ledger', () => contractOn('embedded'));
describeWithPart('postgres-15', 'the Postgres ledger on 15', () => contractOn('15'));

function contractOn(version: TestPostgresVersion): void {
  let database: LedgerDatabase | undefined;
  afterAll(() => database?.close());
  ledgerContract(async () => (database = await openLedgerDatabase(version)));
}
