import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithPart } from '#test/parts.ts';
import type { TestPostgresVersion } from '#test/postgres/instance.ts';
import { fillWithGood } from './good-ledger.ts';
import { type LedgerDatabase, openLedgerDatabase } from './ledger-database.ts';

describe('the ledger is only ever added to', () => keptOn('embedded'));
describeWithPart('postgres-15', 'the ledger on 15 is only ever added to', () => keptOn('15'));

const immutable = ['billing_event', 'posting', 'usage_record', 'top_up'];

function keptOn(version: TestPostgresVersion): void {
  let database: LedgerDatabase;
  beforeAll(async () => {
    database = await openLedgerDatabase(version);
    await fillWithGood(database);
  });
  afterAll(() => database.close());

  const changes = (table: string) => [
    `update faregate.${table} set wallet_id = wallet_id`,
    `delete from faregate.${table}`,
    `truncate faregate.${table} cascade`,
  ];

  test.each(immutable)('the application may not change, remove or empty %s', async (table) => {
    for (const change of changes(table)) {
      await expect(database.application.query(change)).rejects.toThrow('permission denied');
    }
  });

  test.each(immutable)('even its owner is refused by %s', async (table) => {
    for (const change of changes(table)) {
      await expect(database.owner.query(change)).rejects.toThrow('The ledger is only ever added to');
    }
  });

  test.each(['request_charge', 'spend_counter', 'unit_counter', 'gateway', 'wallet'])(
    'the application may move %s, and never remove from it',
    async (table) => {
      await expect(database.application.query(`delete from faregate.${table}`)).rejects.toThrow('permission denied');
      await expect(database.application.query(`truncate faregate.${table} cascade`)).rejects.toThrow(
        'permission denied',
      );
    },
  );

  test('a price may be ended by the application, and not changed', async () => {
    const price = (change: string) => database.application.query(`update faregate.price_version set ${change}`);
    await expect(price(`components = '[]'`)).rejects.toThrow('permission denied');
    await expect(database.owner.query(`update faregate.price_version set components = '[]'`)).rejects.toThrow(
      'never changed',
    );
    await expect(database.application.query('delete from faregate.price_version')).rejects.toThrow('permission denied');
  });

  test('the application cannot switch the triggers off', async () => {
    await expect(database.application.query('alter table faregate.posting disable trigger all')).rejects.toThrow(
      'must be owner',
    );
    await expect(database.application.query(`set session_replication_role = 'replica'`)).rejects.toThrow(
      'permission denied',
    );
  });
}
