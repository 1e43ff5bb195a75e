// What organizations pay their providers, edited with SQL.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EditedDatabase, openEditedDatabase, day } from './edited-database.ts';
import { describeOnEachPostgres } from '#test/postgres/versions.ts';
import type { TestPostgresVersion } from '#test/postgres/instance.ts';

describeOnEachPostgres("organizations' prices and plans, edited", providerTermsOn);

function providerTermsOn(version: TestPostgresVersion): void {
  let edited: EditedDatabase;
  beforeAll(async () => {
    edited = await openEditedDatabase(version);
  });
  afterAll(() => edited.database.close());

  const run: EditedDatabase['run'] = (sql, values) => edited.run(sql, values);
  const one: EditedDatabase['one'] = (sql, values) => edited.one(sql, values);

  describe('llm_model_pricing', () => {
    const columns =
      'org_slug, provider, model_id, model_name, is_custom, input_price_per_1k, output_price_per_1k, effective_date, end_date';
    const insert = `insert into llm_model_pricing (${columns}) values ($1, $2, $3, 'A model', $4, $5, $6, $7, $8) returning *`;

    test('an organization has its own prices, and nobody else does', async () => {
      const name = await edited.priced();
      const slug = await edited.organization();
      const row = await one(insert, [slug, 'openai', name, false, '0.0025', '0.01', day(0), null]);
      expect(row).toMatchObject({
        pricing_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        model_name: 'A model',
        input_price_per_1k: '0.0025',
        effective_date: day(0),
        end_date: null,
        is_enabled: true,
        pricing_type: 'standard',
        free_tier_input_tokens: null,
        org_slug: slug,
      });
      const versions = await edited.catalogue.rows(
        `select p.* from faregate.price_version p join faregate.organization o on o.id = p.owner_id where o.slug = $1`,
        [slug],
      );
      expect(versions).toMatchObject([{ subject_name: name, row_id: row?.['pricing_id'], currency: 'usd' }]);
      expect((await edited.catalogue.current(name)).components[0]).toMatchObject({ price: '2', per: '1000000' });
    });

    test('every field of a row is kept under its name, and an update keeps the row', async () => {
      const name = await edited.priced();
      const slug = await edited.organization();
      const row = await one(insert, [slug, 'custom', name, true, '0.0025', '0.01', day(-10), day(30)]);
      const fields = {
        pricing_type: 'free_tier',
        free_tier_input_tokens: 3_000_000_000n,
        free_tier_output_tokens: 5n,
        free_tier_reset_frequency: 'daily',
        discount_percentage: '12.5',
        discount_reason: 'volume',
        volume_threshold_tokens: 7n,
        base_input_price_per_1k: '0.003',
        base_output_price_per_1k: '0.0000001',
        x_gemini_context_window: '1M',
        x_gemini_region: 'eu',
        x_anthropic_tier: 'standard',
        x_openai_batch_input_price: '0.00125',
        x_openai_batch_output_price: '0.005',
      };
      const names = Object.keys(fields);
      await run(
        `update llm_model_pricing set ${names.map((field, index) => `${field} = $${index + 2}`).join(', ')} where pricing_id = $1`,
        [row?.['pricing_id'], ...Object.values(fields)],
      );
      const after = await one('select * from llm_model_pricing where pricing_id = $1', [row?.['pricing_id']]);
      expect(after).toMatchObject({ ...fields, effective_date: day(-10), end_date: day(30), is_custom: true });
      const latest = (await edited.catalogue.versions(`custom/${name}`)).at(-1);
      expect(latest?.['components']).toContainEqual({
        meter: 'input',
        price: '0.00125',
        per: '1000',
        currency: 'usd',
        when: { batch: true },
      });
      // The last day counts to its end.
      expect(latest?.['valid_to']).toEqual(new Date(`${day(31)}T00:00:00Z`));
      await run('delete from llm_model_pricing where pricing_id = $1', [row?.['pricing_id']]);
      expect(await one('select from llm_model_pricing where pricing_id = $1', [row?.['pricing_id']])).toBeUndefined();
    });

    test('free tokens are said with their period, and counted where somebody has confirmed them', async () => {
      const name = await edited.priced();
      const slug = await edited.organization();
      const row = await one(insert, [slug, 'openai', name, false, '1', '2', day(0), null]);
      const change = (fields: string) =>
        run(`update llm_model_pricing set ${fields} where pricing_id = $1`, [row?.['pricing_id']]);
      await expect(change('free_tier_input_tokens = 1000')).rejects.toThrow('when the free tokens begin anew');
      await expect(change(`x_anthropic_tier = 'standard'`)).rejects.toThrow("another provider's rows");
      await change(`free_tier_input_tokens = 1000, free_tier_reset_frequency = 'monthly'`);
      const components = async () => (await edited.catalogue.versions(name)).at(-1)?.['components'];
      const [input, output] = [
        { meter: 'input', price: '1', per: '1000', currency: 'usd' },
        { meter: 'output', price: '2', per: '1000', currency: 'usd' },
      ];
      expect(await components()).toEqual([input, output]);
      await run('alter table faregate.price_version disable trigger price_version_immutable');
      await run(
        `update faregate.price_version set attributes = attributes || '{"free_tier_active": true}' where subject_name = $1`,
        [name],
      );
      await run('alter table faregate.price_version enable trigger price_version_immutable');
      await change('free_tier_input_tokens = 500');
      expect(await components()).toEqual([{ ...input, allowance: { limit: '500', period: 'month' } }, output]);
      await change('free_tier_input_tokens = null');
      expect(await components()).toEqual([input, output]);
    });

    test('a row that is over is kept, and prices nothing; one that is removed is gone, switched off or not', async () => {
      const name = await edited.priced();
      const slug = await edited.organization();
      const row = await one(insert, [slug, 'openai', name, false, '1', '2', day(-10), null]);
      const id = row?.['pricing_id'];
      await run(`update llm_model_pricing set end_date = '${day(-1)}' where pricing_id = $1`, [id]);
      expect(await one('select end_date, is_enabled from llm_model_pricing where pricing_id = $1', [id])).toEqual({
        end_date: day(-1),
        is_enabled: true,
      });
      const counting = `select from faregate.current_price where book = 'organization' and row_id = $1`;
      expect(await edited.catalogue.rows(counting, [id])).toEqual([]);
      // Another row took its place, and keeps it when the one that is over is edited.
      const other = await one(insert, [slug, 'openai', name, false, '3', '4', day(0), null]);
      await run(`update llm_model_pricing set model_name = 'Over' where pricing_id = $1`, [id]);
      expect(await edited.catalogue.rows(counting, [other?.['pricing_id']])).toHaveLength(1);
      await run('update llm_model_pricing set end_date = null, is_enabled = false where pricing_id = $1', [id]);
      await run('delete from llm_model_pricing where pricing_id = $1', [id]);
      expect(await one('select from llm_model_pricing where pricing_id = $1', [id])).toBeUndefined();
      expect((await edited.catalogue.versions(name)).at(-1)).toMatchObject({ state: 'cancelled', row_id: id });
    });

    test('of two who change different fields of one row neither is lost', async () => {
      const name = await edited.priced();
      const slug = await edited.organization();
      const row = await one(insert, [slug, 'openai', name, false, '1', '2', day(0), null]);
      const plan = await one(
        `insert into llm_subscriptions (org_slug, provider, plan_name, tier_type) values ($1, 'openai', 'TIER1', 'paid')
           returning *`,
        [slug],
      );
      for (let round = 1; round <= 5; round += 1) {
        await Promise.all(
          [`model_name = 'Round ${round}'`, `discount_percentage = ${round}`].map((change) =>
            run(`update llm_model_pricing set ${change} where pricing_id = $1`, [row?.['pricing_id']]),
          ),
        );
        await Promise.all(
          [`rpm_limit = ${round}`, `tpm_limit = ${round}`].map((change) =>
            run(`update llm_subscriptions set ${change} where subscription_id = $1`, [plan?.['subscription_id']]),
          ),
        );
        expect(await one('select * from llm_model_pricing where org_slug = $1', [slug])).toMatchObject({
          model_name: `Round ${round}`,
          discount_percentage: BigInt(round),
          input_price_per_1k: 1n,
        });
        expect(await one('select * from llm_subscriptions where org_slug = $1', [slug])).toMatchObject({
          rpm_limit: BigInt(round),
          tpm_limit: BigInt(round),
        });
      }
    });

    test('the session may say whose rows it inserts', async () => {
      const name = await edited.priced();
      const slug = await edited.organization();
      const without = [null, 'openai', name, false, '1', '1', day(0), null];
      await expect(run(insert, without)).rejects.toThrow('Whose row it is must be said');
      await run(`select set_config('faregate.organization', $1, false)`, [slug]);
      expect(await one(insert, without)).toMatchObject({ org_slug: slug });
      await run(`select set_config('faregate.organization', '', false)`);
    });

    test('wrong words, negative prices, overlapping dates and the unknown are refused', async () => {
      const name = await edited.priced();
      const slug = await edited.organization();
      const good = [slug, 'openai', name, false, '1', '1', day(0), day(10)];
      const row = await one(insert, good);
      const change = (words: string) =>
        run(`update llm_model_pricing set ${words} where pricing_id = $1`, [row?.['pricing_id']]);
      await expect(change(`pricing_type = 'cheap'`)).rejects.toThrow('pricing_type is one of');
      await expect(change(`free_tier_reset_frequency = 'hourly'`)).rejects.toThrow(
        'free_tier_reset_frequency is one of',
      );
      await expect(change(`discount_reason = 'luck'`)).rejects.toThrow('discount_reason is one of');
      await expect(change('discount_percentage = 101')).rejects.toThrow('from 0 to 100');
      await expect(change('input_price_per_1k = -1')).rejects.toThrow('zero or more');
      await expect(change(`end_date = '${day(-1)}'`)).rejects.toThrow('must end after it begins');
      await expect(change('provider = null')).rejects.toThrow('stays');
      await expect(run(insert, good)).rejects.toThrow('has a row for');
      await expect(run(insert, [slug, 'nobody', name, false, '1', '1', day(20), null])).rejects.toThrow('no provider');
      await expect(run(insert, [slug, 'openai', 'unknown', false, '1', '1', day(0), null])).rejects.toThrow('no model');
      await expect(run(insert, ['nobody', ...good.slice(1)])).rejects.toThrow('no organization');
      await expect(run(insert, [slug, 'openai', name, false, null, '1', day(20), null])).rejects.toThrow('0 is free');
      // A model of one's own need not be in the catalogue, and another time does not overlap.
      await run(insert, [slug, 'custom', 'mine', true, '0', '0', day(0), null]);
      await run(insert, [slug, 'openai', name, false, '2', '2', day(11), null]);
      expect(await edited.catalogue.versions(name)).toHaveLength(3);
    });

    test('a price that is to come is moved, and what counts until then goes on', async () => {
      const name = await edited.priced();
      const slug = await edited.organization();
      const now = await one(insert, [slug, 'openai', name, false, '1', '1', day(0), null]);
      await run('update llm_model_pricing set effective_date = $2, input_price_per_1k = 3 where pricing_id = $1', [
        now?.['pricing_id'],
        day(10),
      ]);
      for (const moved of [5, 20]) {
        await run('update llm_model_pricing set effective_date = $2 where pricing_id = $1', [
          now?.['pricing_id'],
          day(moved),
        ]);
        const counting = (await edited.catalogue.versions(name)).filter(
          (each) => each['book'] === 'organization' && each['state'] === 'approved',
        );
        const moment = new Date(`${day(moved)}T00:00:00Z`);
        expect(counting).toMatchObject([{ valid_to: moment }, { valid_from: moment, valid_to: null }]);
      }
      await run('delete from llm_model_pricing where pricing_id = $1', [now?.['pricing_id']]);
      const left = `select from faregate.price_version where row_id = $1 and state = 'approved'
        and (valid_to is null or valid_to > clock_timestamp())`;
      expect(await edited.catalogue.rows(left, [now?.['pricing_id']])).toEqual([]);
    });
  });

  describe('llm_subscriptions', () => {
    test('a plan of the platform and one of an organization are kept, changed and deleted', async () => {
      await edited.catalogue.organization('plans');
      const insert = `insert into llm_subscriptions (org_slug, provider, plan_name, unit_price_usd, effective_date, tier_type,
        rpm_limit, tpd_limit) values ($1, 'gemini', 'PAY_AS_YOU_GO', 19.99, $2, 'paid', 360, 4000000000) returning *`;
      const own = await one(insert, ['plans', day(0)]);
      const platform = await one(insert, [null, day(0)]);
      expect(own).toMatchObject({
        unit_price_usd: '19.99',
        quantity: 1n,
        tpd_limit: 4_000_000_000n,
        org_slug: 'plans',
      });
      expect(platform).toMatchObject({ org_slug: null, is_enabled: true });
      await run('update llm_subscriptions set trial_credit_usd = 300, quantity = 2 where subscription_id = $1', [
        own?.['subscription_id'],
      ]);
      expect(
        await one('select * from llm_subscriptions where subscription_id = $1', [own?.['subscription_id']]),
      ).toMatchObject({
        quantity: 2n,
        trial_credit_usd: 300n,
        rpm_limit: 360n,
      });
      await expect(run(insert, ['plans', day(1)])).rejects.toMatchObject({ code: '23P01' });
      await expect(run(`update llm_subscriptions set tier_type = 'best'`)).rejects.toThrow('tier_type is one of');
      await expect(run('update llm_subscriptions set unit_price_usd = -1')).rejects.toThrow('zero or more');
      await run('delete from llm_subscriptions where org_slug is null');
      expect(await edited.catalogue.rows(`select org_slug from llm_subscriptions where provider = 'gemini'`)).toEqual([
        { org_slug: 'plans' },
      ]);
      const log = `select action from faregate.audit_log where coalesce(before, after) ->> 'provider' = 'gemini' order by id`;
      expect((await edited.catalogue.rows(log)).map((row) => row['action'])).toEqual([
        'plan.create',
        'plan.create',
        'plan.update',
        'plan.delete',
      ]);
    });
  });
}
