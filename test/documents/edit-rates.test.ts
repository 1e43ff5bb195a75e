// Rates per token, edited with SQL.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EditedDatabase, openEditedDatabase, day } from './edited-database.ts';
import { describeOnEachPostgres } from '#test/postgres/versions.ts';
import type { TestPostgresVersion } from '#test/postgres/instance.ts';

describeOnEachPostgres('rates, edited', ratesOn);

function ratesOn(version: TestPostgresVersion): void {
  let edited: EditedDatabase;
  beforeAll(async () => {
    edited = await openEditedDatabase(version);
  });
  afterAll(() => edited.database.close());

  const run: EditedDatabase['run'] = (sql, values) => edited.run(sql, values);
  const one: EditedDatabase['one'] = (sql, values) => edited.one(sql, values);

  describe('provider_rate', () => {
    test('a rate is inserted, in renminbi, and its successor has the next number', async () => {
      await edited.catalogue.model('dashscope', 'qwen-plus');
      const inserted = await one(
        `insert into data.provider_rate (provider, model, price_per_token, currency, notes)
           values ('dashscope', 'qwen-plus', 0.0000028, 'rmb', 'first') returning *`,
      );
      expect(inserted).toMatchObject({
        price_per_token: '0.0000028',
        price_per_input_token: '0.0000028',
        price_per_output_token: '0.0000028',
        price_per_request: null,
        currency: 'cny',
        pricing_model: 'per_token',
        is_active: true,
        version: 1,
        previous_version_id: null,
      });
      await run(`update data.provider_rate set price_per_output_token = 0.00000000875 where id = $1`, [
        inserted?.['id'],
      ]);
      expect(
        await edited.catalogue.rows(`select * from data.provider_rate where model = 'qwen-plus' order by version`),
      ).toMatchObject([
        { id: inserted?.['id'], is_active: false, effective_to: expect.any(Date) as Date },
        {
          version: 2,
          previous_version_id: inserted?.['id'],
          price_per_token: null,
          price_per_input_token: '0.0000028',
          price_per_output_token: '0.00000000875',
          notes: 'first',
        },
      ]);
      await expect(run(`update data.provider_rate set notes = '' where id = $1`, [inserted?.['id']])).rejects.toThrow(
        'is history',
      );
      // In dollars it has no amounts, rather than wrong ones.
      expect(await one(`select * from model_pricing where model_name = 'qwen-plus'`)).toMatchObject({
        price_per_1k_input_tokens: null,
        provider: 'dashscope',
      });
      await expect(
        run(`update model_pricing set price_per_1k_input_tokens = 1 where model_name = 'qwen-plus'`),
      ).rejects.toThrow('model_pricing is in dollars');
    });

    test('a rate for later ends the one before on that day', async () => {
      const name = await edited.priced();
      await run(
        `insert into data.provider_rate (provider, model, price_per_input_token, price_per_output_token, price_per_request,
           effective_from) values ('openai', $1, 0.000001, 0.000004, 0, $2)`,
        [name, `${day(3)}T00:00:00Z`],
      );
      expect(
        await edited.catalogue.rows('select * from data.provider_rate where model = $1 order by version', [name]),
      ).toMatchObject([
        { is_active: true, effective_to: new Date(`${day(3)}T00:00:00Z`), version: 1 },
        { is_active: true, effective_from: new Date(`${day(3)}T00:00:00Z`), version: 2, pricing_model: 'per_token' },
      ]);
      const [, later] = await edited.catalogue.rows(
        'select id from data.provider_rate where model = $1 order by version',
        [name],
      );
      await run('delete from data.provider_rate where id = $1', [later?.['id']]);
      // As if it had never been: the one before goes on.
      const rates = () =>
        edited.catalogue.rows('select * from data.provider_rate where model = $1 order by version', [name]);
      expect(await rates()).toMatchObject([{ is_active: true, effective_to: null }]);
    });

    test('one that is to come is changed, and still to come', async () => {
      const name = await edited.priced();
      const inserted = await one(
        `insert into data.provider_rate (provider, model, price_per_token, effective_from)
           values ('openai', $1, 1, $2) returning *`,
        [name, `${day(3)}T00:00:00Z`],
      );
      await run('update data.provider_rate set price_per_token = 2 where id = $1', [inserted?.['id']]);
      await run(`update data.provider_rate set notes = 'now' where model = $1 and version = 1`, [name]);
      const rates = await edited.catalogue.rows(
        'select * from data.provider_rate where model = $1 and is_active order by version',
        [name],
      );
      const moment = new Date(`${day(3)}T00:00:00Z`);
      expect(rates).toMatchObject([
        { notes: 'now', price_per_output_token: '0.000008', effective_to: moment },
        { price_per_token: 2n, effective_from: moment, effective_to: null },
      ]);
    });

    test('an unknown model, an unknown currency and no price are refused', async () => {
      const name = await edited.priced();
      const insert =
        'insert into data.provider_rate (provider, model, price_per_token, currency) values ($1, $2, $3, $4)';
      await expect(run(insert, ['openai', 'nobody', 1, 'usd'])).rejects.toThrow('There is no model "nobody"');
      await expect(run(insert, ['openai', name, 1, 'xyz'])).rejects.toThrow('Unknown currency "xyz"');
      await expect(run(insert, ['openai', name, null, 'usd'])).rejects.toThrow('at least one component');
      await expect(run(insert, ['openai', name, -1, 'usd'])).rejects.toThrow('zero or more');
    });
  });

  describe('customer_type_rate', () => {
    test.each(['customer_type_rate', 'customer_rate'])(
      'a rate is set, changed and taken away as data.%s',
      async (view) => {
        const name = await edited.priced();
        const type = await edited.catalogue.customerType(`type of ${name}`);
        const { id: rate } = await edited.catalogue.current(name);
        const inserted = await one(
          `insert into data.${view} (customer_type_id, provider_rate_id, price_per_token) values ($1, $2, 0.004) returning *`,
          [type, rate],
        );
        expect(inserted).toMatchObject({ provider_rate_id: rate, price_per_output_token: '0.004', currency: 'usd' });
        await expect(
          run(`insert into data.${view} (customer_type_id, provider_rate_id, price_per_token) values ($1, $2, 1)`, [
            type,
            rate,
          ]),
        ).rejects.toMatchObject({ code: '23505' });
        await run(`update data.${view} set price_per_input_token = 0.001, currency = 'rmb' where id = $1`, [
          inserted?.['id'],
        ]);
        expect(await one(`select * from data.${view} where id = $1`, [inserted?.['id']])).toMatchObject({
          price_per_token: null,
          price_per_input_token: '0.001',
          price_per_output_token: '0.004',
          currency: 'cny',
          created_at: inserted?.['created_at'],
        });
        await run(`delete from data.${view} where id = $1`, [inserted?.['id']]);
        expect(await one(`select from data.${view} where id = $1`, [inserted?.['id']])).toBeUndefined();
      },
    );

    test('one without a price is refused in the words of the document', async () => {
      const name = await edited.priced();
      const type = await edited.catalogue.customerType('free');
      const { id: rate } = await edited.catalogue.current(name);
      await expect(
        run('insert into data.customer_type_rate (customer_type_id, provider_rate_id) values ($1, $2)', [type, rate]),
      ).rejects.toThrow(
        `Pricing incomplete: provider=openai model=${name} customer_type=free. At least one pricing field must be provided.`,
      );
      const unknown =
        'insert into data.customer_type_rate (customer_type_id, provider_rate_id, price_per_token) values ($1, $2, 1)';
      await expect(run(unknown, [crypto.randomUUID(), rate])).rejects.toThrow('There is no customer type');
      await expect(run(unknown, [type, crypto.randomUUID()])).rejects.toThrow('There is no provider rate');
    });
  });
}
