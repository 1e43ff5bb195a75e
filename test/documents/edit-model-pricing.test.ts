// Editing model_pricing with SQL: every edit is a new version, and what is no price is refused.
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresDirectory } from '#adapters/postgres/directory.ts';
import { isTokenMeter, meters, toolMeters } from '#core/usage/meter.ts';
import { validatePriceVersion } from '#core/pricing/validate.ts';
import { type EditedDatabase, openEditedDatabase } from './edited-database.ts';
import { describeOnEachPostgres } from '#test/postgres/versions.ts';
import type { TestPostgresVersion } from '#test/postgres/instance.ts';

describeOnEachPostgres('model_pricing, edited', modelPricingOn);

function modelPricingOn(version: TestPostgresVersion): void {
  let edited: EditedDatabase;
  beforeAll(async () => {
    edited = await openEditedDatabase(version);
  });
  afterAll(() => edited.database.close());

  const run: EditedDatabase['run'] = (sql, values) => edited.run(sql, values);
  const one: EditedDatabase['one'] = (sql, values) => edited.one(sql, values);

  test('the meters are counted as the core counts them', async () => {
    for (const meter of meters) {
      const row = await one('select faregate.is_token_meter($1) as token, faregate.is_tool_meter($1) as tool', [meter]);
      expect(row, meter).toEqual({ token: isTokenMeter(meter), tool: toolMeters.some((tool) => tool === meter) });
    }
  });

  test('an update ends the version before at the instant at which the new one begins, and keeps the row', async () => {
    const name = await edited.priced();
    const before = await edited.catalogue.current(name);
    await run('update model_pricing set price_per_1k_input_tokens = 0.001 where model_name = $1', [name]);
    const [old, current, ...others] = await edited.catalogue.versions(name);
    expect(others).toEqual([]);
    expect(old).toMatchObject({ id: before.id, components: before.components, state: 'approved' });
    expect(current).toMatchObject({
      row_id: before.row_id,
      predecessor_id: before.id,
      valid_from: old?.['valid_to'],
      valid_to: null,
      provenance: 'SQL',
      pricing_model: 'per_token',
    });
  });

  test('what an edit publishes, the core would publish too, and the directory reads it', async () => {
    const name = await edited.priced();
    await run('update model_pricing set price_per_request = 0.005 where model_name = $1', [name]);
    const { id } = await edited.catalogue.current(name);
    const directory = postgresDirectory(edited.database.application, { vault: { open: () => '' } });
    const found = (await directory.catalog()).prices.find((price) => price.id === id);
    expect(found && validatePriceVersion(found)).toEqual([]);
    expect(found).toMatchObject({ pricingModel: 'hybrid', subject: { kind: 'model', name } });
  });

  test('several rows in one statement are several versions, or none', async () => {
    const [left, right] = [await edited.priced(), await edited.priced()];
    const change = 'update model_pricing set price_per_1k_output_tokens = $2 where model_name = any($1)';
    expect((await run(change, [[left, right], '0.5'])).rowCount).toBe(2);
    await expect(run(change, [[left, right], '-0.5'])).rejects.toMatchObject({ code: '23514' });
    for (const name of [left, right]) {
      expect(await edited.catalogue.versions(name)).toHaveLength(2);
      const row = await one('select * from model_pricing where model_name = $1', [name]);
      expect(row).toMatchObject({ price_per_1k_output_tokens: '0.5', price_per_1k_input_tokens: '0.002' });
    }
  });

  test.each(['0.1', '1e-7', '0.0375', '0.00000000875', '0.0000000000000000000000000001'])(
    '%s is read back as it was written',
    async (price) => {
      const name = await edited.priced();
      await run(`update model_pricing set price_per_1k_input_tokens = ${price} where model_name = $1`, [name]);
      const plain = price === '1e-7' ? '0.0000001' : price;
      expect((await edited.catalogue.current(name)).components[0]).toMatchObject({ price: plain, per: '1000' });
      const row = await one('select price_per_1k_input_tokens::text as p from model_pricing where model_name = $1', [
        name,
      ]);
      expect(row).toEqual({ p: plain });
    },
  );

  test.each(["'NaN'", "'Infinity'", '-0.01', `0.${'1'.repeat(60)}`])('%s is no price', async (price) => {
    const name = await edited.priced();
    await expect(
      run(`update model_pricing set price_per_request = ${price} where model_name = $1`, [name]),
    ).rejects.toThrow('price_per_request must be');
    expect(await edited.catalogue.versions(name)).toHaveLength(1);
  });

  test('a row that is switched off prices nothing, is kept, and is switched on again as the same row', async () => {
    const name = await edited.priced();
    const { row_id: row } = await edited.catalogue.current(name);
    await run('update model_pricing set is_active = false where model_name = $1', [name]);
    await expect(edited.catalogue.current(name)).rejects.toThrow('0 prices');
    expect(
      await one('select id, is_active, price_per_1k_input_tokens from model_pricing where model_name = $1', [name]),
    ).toEqual({
      id: row,
      is_active: false,
      price_per_1k_input_tokens: '0.002',
    });
    await run('update model_pricing set is_active = true where id = $1', [row]);
    expect((await edited.catalogue.current(name)).row_id).toBe(row);
  });

  test('a deleted row ends now, and its versions stay', async () => {
    const name = await edited.priced();
    expect((await run('delete from model_pricing where model_name = $1', [name])).rowCount).toBe(1);
    expect(await one('select from model_pricing where model_name = $1', [name])).toBeUndefined();
    expect(await edited.catalogue.versions(name)).toMatchObject([
      { state: 'approved', valid_to: expect.any(Date) as Date },
    ]);
    await run(`insert into model_pricing (model_name, provider, price_per_request) values ($1, 'openai', 0.01)`, [
      name,
    ]);
    expect((await edited.catalogue.current(name)).pricing_model).toBe('per_request');
  });

  test('an insert takes the place of what the catalogue listed, and of nothing that a person has set', async () => {
    await edited.catalogue.model('openai', 'listed');
    const id = await edited.catalogue.price('listed', { input: '1', output: '2' }, 'catalog');
    const insert = `insert into model_pricing (model_name, provider, price_per_request) values ('listed', 'openai', 0.25)`;
    await run(insert);
    expect(await edited.catalogue.current('listed')).toMatchObject({
      row_id: id,
      pricing_model: 'per_request',
      components: [{ meter: 'request', price: '0.25' }],
    });
    await expect(run(insert)).rejects.toMatchObject({ code: '23505' });
  });

  test('an alias is priced under its own name', async () => {
    const name = await edited.priced();
    await edited.catalogue.alias('my-chatbot', name);
    await run(
      `insert into model_pricing (model_name, price_per_request, price_per_1k_input_tokens, price_per_1k_output_tokens,
         provider, is_custom) values ('my-chatbot', 0.01, 0.004, 0.02, 'openai', true)`,
    );
    expect(await edited.catalogue.current('my-chatbot')).toMatchObject({ subject_kind: 'alias', is_custom: true });
    expect(await one(`select provider from model_pricing where model_name = 'my-chatbot'`)).toEqual({
      provider: 'openai',
    });
  });

  test('an unknown provider, another one than the model has, no name and no price are refused', async () => {
    const name = await edited.priced();
    await run('delete from model_pricing where model_name = $1', [name]);
    const insert = 'insert into model_pricing (model_name, provider, price_per_request) values ($1, $2, $3)';
    await expect(run(insert, ['new', 'nobody', 1])).rejects.toThrow('There is no provider "nobody"');
    await expect(run(insert, [name, 'dashscope', 1])).rejects.toThrow('is a model of openai');
    await expect(run(insert, [null, 'openai', 1])).rejects.toThrow('must be given');
    await expect(run(insert, [name, 'openai', null])).rejects.toThrow('at least one component');
    expect(await one(`select from faregate.model where name = 'new'`)).toBeUndefined();
  });

  test('the name, the id and the provider of a row stay', async () => {
    const name = await edited.priced();
    for (const change of [`model_name = 'other'`, 'id = gen_random_uuid()', `provider = 'dashscope'`]) {
      await expect(run(`update model_pricing set ${change} where model_name = $1`, [name])).rejects.toThrow('stays');
    }
  });

  test('a price that depends on the size of the prompt is not flattened', async () => {
    const name = 'tiered';
    await edited.catalogue.model('openai', name);
    const tiered = [
      { meter: 'input', price: '1.25', per: '1000000', currency: 'usd', when: { prompt_tokens: { lte: 200_000 } } },
      { meter: 'input', price: '2.5', per: '1000000', currency: 'usd', when: { prompt_tokens: { gt: 200_000 } } },
    ];
    await edited.catalogue.priceOf(name, tiered);
    const row = await one('select price_per_1k_input_tokens from model_pricing where model_name = $1', [name]);
    expect(row).toEqual({ price_per_1k_input_tokens: '0.00125' });
    await expect(
      run('update model_pricing set price_per_1k_input_tokens = 1 where model_name = $1', [name]),
    ).rejects.toThrow('depends on the size of the prompt');
    await run(`update model_pricing set notes = 'kept' where model_name = $1`, [name]);
    expect((await edited.catalogue.current(name)).components).toEqual(tiered);
  });

  test('an edit is seen in its own transaction, and gone when that is rolled back', async () => {
    const name = await edited.priced();
    const client = await edited.database.owner.connect();
    try {
      await client.query('begin');
      await client.query('update model_pricing set price_per_request = 1 where model_name = $1', [name]);
      const { rows } = await client.query('select price_per_request from model_pricing where model_name = $1', [name]);
      expect(rows).toEqual([{ price_per_request: 1n }]);
      await client.query('rollback');
    } finally {
      client.release();
    }
    expect(await edited.catalogue.versions(name)).toHaveLength(1);
  });

  test('servers are told, and the audit log says who', async () => {
    const name = await edited.priced();
    const told: string[] = [];
    const listener = new Client(edited.database.owner.options);
    await listener.connect();
    listener.on('notification', ({ payload = '' }) => told.push(payload));
    await listener.query('listen faregate_change');
    try {
      await run(`select set_config('faregate.actor', 'ana', false)`);
      await run('update model_pricing set price_per_request = 1 where model_name = $1', [name]);
      for (let waited = 0; told.length === 0 && waited < 5_000; waited += 20) await wait(20);
    } finally {
      await listener.end();
      await run(`select set_config('faregate.actor', '', false)`);
    }
    expect(told).toEqual(['catalog']);
    const { id } = await edited.catalogue.current(name);
    expect(
      await one('select actor, action, before, after from faregate.audit_log where subject = $1', [
        `price_version:${id}`,
      ]),
    ).toMatchObject({
      actor: 'ana',
      action: 'price_version.publish',
      before: { subject_name: name },
      after: { id, author: 'ana' },
    });
  });

  test('two who edit one row at once make two versions, one after the other', async () => {
    const name = await edited.priced();
    const change = 'update model_pricing set price_per_request = $2 where model_name = $1';
    await Promise.all([run(change, [name, 1]), run(change, [name, 2])]);
    const versions = await edited.catalogue.versions(name);
    expect(versions).toHaveLength(3);
    expect(versions.filter((each) => each['valid_to'] === null)).toHaveLength(1);
  });

  test('of two who change different fields of one row neither is lost', async () => {
    for (let round = 0; round < 10; round += 1) {
      const name = await edited.priced();
      const changes = round % 2 === 0 ? ['price_per_1k_output_tokens = 7'] : ["notes = 'said'", 'is_custom = true'];
      await Promise.all(
        ['price_per_1k_input_tokens = 7', changes.join(', ')].map((change) =>
          run(`update model_pricing set ${change} where model_name = $1`, [name]),
        ),
      );
      const row = await one('select * from model_pricing where model_name = $1', [name]);
      expect(row).toMatchObject({
        price_per_1k_input_tokens: 7n,
        ...(round % 2 === 0 ? { price_per_1k_output_tokens: 7n } : { notes: 'said', is_custom: true }),
      });
    }
  });

  test('of two who add one row at once one is refused', async () => {
    const name = await edited.priced();
    await run('delete from model_pricing where model_name = $1', [name]);
    const insert = `insert into model_pricing (model_name, provider, price_per_request) values ($1, 'openai', $2)`;
    const both = await Promise.allSettled([run(insert, [name, 1]), run(insert, [name, 2])]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  test('an operator edits with nothing but the role', async () => {
    const name = await edited.priced();
    const client = await edited.database.owner.connect();
    try {
      await client.query('set role faregate_operator');
      await client.query('update model_pricing set price_per_request = 3 where model_name = $1', [name]);
      await expect(client.query('update faregate.price_version set valid_to = now()')).rejects.toThrow(
        'permission denied',
      );
    } finally {
      await client.query('reset role');
      client.release();
    }
    expect((await edited.catalogue.current(name)).components).toHaveLength(3);
  });

  test('the application may not use them', async () => {
    await expect(edited.database.application.query('select * from model_pricing')).rejects.toThrow('permission denied');
  });

  test('ai_models shows the prices that hold, and refuses to be edited', async () => {
    const name = await edited.priced({ input: '0.0375', output: '0.15' });
    expect(await one('select * from ai_models where model_id = $1', [name])).toMatchObject({
      input_price_per_million: '0.0375',
      output_price_per_million: '0.15',
      price_per_unit: null,
      credit_cost: null,
      is_enabled: true,
    });
    await expect(run(`update ai_models set is_default = true where model_id = $1`, [name])).rejects.toThrow(
      'for reading only',
    );
    expect(
      await one(`select supported_models from litellm_servers where $1 = any(supported_models)`, [name]),
    ).toBeDefined();
  });
}
