import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '#flows/audit.ts';
import { describeWithPart } from '#test/parts.ts';
import type { TestPostgresVersion } from '#test/postgres/instance.ts';
import { corruptions } from './corruptions.ts';
import { fillWithGood, type GoodLedger } from './good-ledger.ts';
import { type LedgerDatabase, openLedgerDatabase } from './ledger-database.ts';

describe('the audit of Postgres', () => auditOn('embedded'));
describeWithPart('postgres-15', 'the audit of Postgres 15', () => auditOn('15'));

const hourMs = 3_600_000;

function auditOn(version: TestPostgresVersion): void {
  let database: LedgerDatabase;
  let good: GoodLedger;

  beforeAll(async () => {
    database = await openLedgerDatabase(version);
    good = await fillWithGood(database);
    await disarm(database);
  });
  afterAll(() => database.close());

  const audited = (atMs = Date.now()) => audit({ books: database.books, nowMs: atMs });

  test('a good ledger holds, and all of it was seen', async () => {
    const report = await audited();
    expect(report.findings).toEqual([]);
    expect(report.incomplete).toEqual([]);
    expect(report.counts).toEqual({
      wallets: 2,
      events: 19,
      postings: 72,
      registers: 12,
      usageRecords: 16,
      counters: 6,
      gateways: 2,
      topUps: 4,
      adjustments: 2,
      rated: 36,
      unitCounters: 2,
      inFlight: 0,
      findings: 0,
    });
  });

  test.each(corruptions)('$what is found', async ({ check, sql, message }) => {
    const report = await planted(database, sql(good), () => audited(Date.now() + 2 * hourMs));
    expect(report.findings.filter((finding) => finding.check === check).map((finding) => finding.message)).toEqual(
      expect.arrayContaining([expect.stringMatching(message)]),
    );
    expect(report.incomplete).toEqual([]);
  });

  test('after all of that was undone, it holds', async () => {
    expect(await audited()).toMatchObject({ findings: [], incomplete: [] });
  });

  test('a call that is missing for a short time is in flight, not found', async () => {
    const sql = `update faregate.request_charge set dispatch_no = 9 where dispatch_no = 6 and gateway_id = '${good.openLife}'`;
    const young = await planted(database, sql, () => audited());
    expect(young).toMatchObject({ findings: [], counts: { inFlight: 3 } });
    const old = await planted(database, sql, () => audited(Date.now() + 2 * hourMs));
    const ofDispatch = old.findings.filter(({ check }) => check === 'dispatch');
    expect(ofDispatch.map((finding) => finding.message)).toEqual(['There is no charge for the numbers 6 to 8.']);
  });

  test('what may not be read makes it incomplete, and the rest is audited all the same', async () => {
    await database.owner.query('revoke select on faregate.posting from faregate_app');
    const report = await audited();
    await database.owner.query('grant select on faregate.posting to faregate_app');
    expect(report.incomplete.join()).toContain('permission denied');
    expect(report.counts).toMatchObject({ postings: 0, counters: 6, gateways: 2, topUps: 4 });
  });

  test('an amount beyond all bounds makes it incomplete', async () => {
    const sql = `update faregate.wallet set balance = 1e30 where id = '${good.payers[0].walletId}'`;
    const report = await planted(database, sql, () => audited());
    expect(report.incomplete.join()).toContain('beyond');
  });

  test('a database that is away makes it incomplete', async () => {
    const away = { view: () => Promise.reject(new Error('connect ECONNREFUSED')) };
    const report = await audit({ books: away, nowMs: Date.now() });
    expect(report.incomplete).toHaveLength(1);
    expect(report.counts.events).toBe(0);
  });
}

const tables = [
  'wallet',
  'billing_event',
  'posting',
  'request_charge',
  'usage_record',
  'spend_counter',
  'unit_counter',
  'gateway',
  'top_up',
  'price_version',
  'fx_rate',
  'adjustment',
];

// What an owner of the database may do, and nobody should: without triggers and keys, nothing stands in the way.
async function disarm({ owner }: LedgerDatabase): Promise<void> {
  await owner.query(`
    alter table faregate.top_up drop constraint top_up_event_id_fkey, drop constraint top_up_event_id_key;
    alter table faregate.billing_event drop constraint billing_event_event_id_key, drop constraint billing_event_check;
    create schema saved;
    ${tables.map((table) => `create table saved.${table} as table faregate.${table};`).join('\n')}
    ${tables.map((table) => `alter table faregate.${table} disable trigger all;`).join('\n')}
  `);
}

async function planted<Result>({ owner }: LedgerDatabase, sql: string, work: () => Promise<Result>): Promise<Result> {
  const before = await sizes(owner);
  await owner.query(sql);
  try {
    return await work();
  } finally {
    await owner.query(
      tables
        .map(
          (table) => `
      delete from faregate.${table};
      insert into faregate.${table} select * from saved.${table};`,
        )
        .join('\n'),
    );
    expect(await sizes(owner)).toEqual(before);
  }
}

async function sizes(owner: LedgerDatabase['owner']): Promise<unknown> {
  const counts = tables.map((table) => `(select count(*) from faregate.${table}) as ${table}`);
  return (await owner.query<Record<string, bigint>>(`select ${counts.join(', ')}`)).rows[0];
}
