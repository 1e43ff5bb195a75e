// The statements of the requirement documents, as they are written there, on a real Postgres.
import { Client, Query } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LedgerDatabase, openLedgerDatabase } from '#test/audit/ledger-database.ts';
import { callOf, entryOf } from '#ports/ledger-entries.contract.ts';
import type { TestPostgresVersion } from '#test/postgres/instance.ts';
import { describeOnEachPostgres } from '#test/postgres/versions.ts';
import { type Catalogue, catalogueOn } from './catalogue.ts';
import { backUp, insert, list, recalculate, update } from './written-statements.ts';

describeOnEachPostgres("the documents' statements", statementsOn);

/** What COPY sends instead of rows. */
class CopyOut extends Query {
  readonly chunks: Buffer[] = [];
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.chunks.push(chunk);
  }
}

function statementsOn(version: TestPostgresVersion): void {
  let database: LedgerDatabase;
  let catalogue: Catalogue;
  beforeAll(async () => {
    database = await openLedgerDatabase(version);
    catalogue = catalogueOn(database.owner);
    await catalogue.provider('anthropic');
    await catalogue.model('anthropic', 'claude-sonnet-4.5');
    await catalogue.price('claude-sonnet-4.5', { input: '2', output: '10', cache_read: '0.2' });
  });
  afterAll(() => database.close());

  test('a price is updated', async () => {
    const [before] = await catalogue.rows("select * from model_pricing where model_name = 'claude-sonnet-4.5'");
    expect(before).toMatchObject({ price_per_1k_input_tokens: '0.002', price_per_request: null });
    expect((await database.owner.query(update)).rowCount).toBe(1);
    const [after] = await catalogue.rows("select * from model_pricing where model_name = 'claude-sonnet-4.5'");
    expect(after).toEqual({
      id: before?.['id'],
      model_name: 'claude-sonnet-4.5',
      price_per_request: '0.0105',
      price_per_1k_input_tokens: '0.003',
      price_per_1k_output_tokens: '0.015',
      provider: 'anthropic',
      is_custom: false,
      is_active: true,
      notes: 'Real production costs (Jan 2026)',
      created_at: before?.['created_at'],
      updated_at: expect.any(Date) as Date,
    });
    // What the document has no column for is as it was.
    expect((await catalogue.current('claude-sonnet-4.5')).components).toEqual([
      { meter: 'input', price: '0.003', per: '1000', currency: 'usd' },
      { meter: 'output', price: '0.015', per: '1000', currency: 'usd' },
      { meter: 'cache_read', price: '0.2', per: '1000000', currency: 'usd' },
      { meter: 'request', price: '0.0105', per: '1', currency: 'usd' },
    ]);
  });

  test('a model is added', async () => {
    expect((await database.owner.query(insert)).rowCount).toBe(1);
    expect(await catalogue.current('claude-opus-4-5-20251101')).toMatchObject({
      book: 'list',
      subject_kind: 'model',
      pricing_model: 'hybrid',
      author: `sql:${database.owner.options.user ?? ''}`,
      components: [
        { meter: 'input', price: '0.015', per: '1000' },
        { meter: 'output', price: '0.075', per: '1000' },
        { meter: 'request', price: '0.0525', per: '1' },
      ],
    });
    const models = "select model_id, kind, status from faregate.model where name = 'claude-opus-4-5-20251101'";
    expect(await catalogue.rows(models)).toEqual([
      { model_id: 'claude-opus-4-5-20251101', kind: 'chat', status: 'available' },
    ]);
    await expect(database.owner.query(insert)).rejects.toMatchObject({ code: '23505' });
  });

  test('costs are recalculated, and are what was charged', async () => {
    const payer = await database.createPayer('usd');
    const gatewayId = crypto.randomUUID();
    await database.ledger.openGateway(gatewayId, Date.now());
    const call = { ...callOf(payer, { gatewayId, dispatchNo: 1, atMs: Date.now() }), name: 'claude-sonnet-4.5' };
    await database.ledger.write([entryOf(call, { completionTokens: 500 })]);
    const [row] = await catalogue.rows(recalculate);
    expect(row).toMatchObject({
      model: 'claude-sonnet-4.5',
      prompt_tokens: 1000n,
      completion_tokens: 500n,
      cost_usd: '0.0105',
    });
    const [same] = await catalogue.rows(
      `select calculated_cost = cost_usd as same from (${recalculate.replace(';', '')}) as r`,
    );
    expect(same).toEqual({ same: true });
  });

  test('prices are listed', async () => {
    const rows = await catalogue.rows(list);
    expect(rows).toContainEqual({
      model_name: 'claude-sonnet-4.5',
      price_per_request: '0.0105',
      provider: 'anthropic',
    });
    const names = rows.map((row) => `${String(row['provider'])} ${String(row['model_name'])}`);
    expect(names).toEqual(names.toSorted());
  });

  test('prices are exported as CSV', async () => {
    const client = new Client(database.owner.options);
    await client.connect();
    try {
      const copy = new CopyOut(backUp);
      const done = new Promise<void>((resolve, reject) => {
        copy.on('end', () => resolve());
        copy.on('error', reject);
      });
      client.query(copy);
      await done;
      const [header, ...lines] = Buffer.concat(copy.chunks).toString('utf8').trim().split('\n');
      expect(header).toBe(
        'id,model_name,price_per_request,price_per_1k_input_tokens,price_per_1k_output_tokens,provider,is_custom,is_active,notes,created_at,updated_at',
      );
      expect(lines.find((line) => line.includes('claude-opus-4-5'))).toContain(
        ',claude-opus-4-5-20251101,0.0525,0.015,0.075,anthropic,f,t,,',
      );
    } finally {
      await client.end();
    }
  });
}
