import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clientOf } from './client.ts';
import {
  type Api,
  matrixPath,
  priced,
  type Published,
  readRows,
  type Refused,
  type Remark,
  type Row,
  stageMatrix,
} from './matrix-stage.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: Api;
let stages = 0;
let provider = '';
const types = ['free', 'individual', 'business', 'enterprise'];

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
  for (const name of types) await api.make('/api/v1/customer-types', { name });
});
afterAll(() => server.close());
beforeEach(async () => {
  stages += 1;
  provider = `acme${stages}`;
  await stageMatrix(api, { provider, models: [`${provider}-large`, `${provider}-small`], types: [] });
});

const publish = (rows: readonly object[], more: object = {}, headers?: Record<string, string>) =>
  api.post(`${matrixPath}/publish`, { rows, ...more }, headers);
const published = async (rows: readonly object[]): Promise<Published> => {
  const answer = await publish(rows);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as Published;
};
const refused = async (rows: readonly object[], more: object = {}): Promise<Refused['error'] & { status: number }> => {
  const { status, body } = await publish(rows, more);
  return { status, ...(body as Refused).error };
};
const versions = async (): Promise<number> => {
  const { rows } = await server.pool.query<{ count: bigint }>(
    `select count(*) from faregate.price_version where book = 'customer_type'`,
  );
  return Number(rows[0]?.count ?? -1);
};

describe('the expanded matrix', () => {
  test('has every customer type of every chosen model, empty where there is no price, with the cost beside', async () => {
    const rows = await readRows(api, provider);
    expect(rows.map(({ model, customer_type: type }) => `${model} ${type}`)).toEqual(
      [`${provider}-large`, `${provider}-small`].flatMap((model) => types.map((type) => `${model} ${type}`)),
    );
    for (const row of rows) {
      expect(row).toMatchObject({ kind: 'empty', input_price: null, version_id: null, in_force: null });
      expect(row.cost).toMatchObject({ input_price: '0.15', output_price: '0.60', per: '1000000' });
    }
  });

  test('can be narrowed to models, by either of their names, and to customer types', async () => {
    const query = `model=${provider}-small&model=id-of-${provider}-large&customer_type=free&customer_type=business`;
    const { data } = (await api.get(`${matrixPath}?${query}`)).body as { data: readonly Row[] };
    expect(data).toHaveLength(4);
  });

  test.each([
    ['provider=nobody', 'provider'],
    ['model=nothing', 'model'],
    ['customer_type=none', 'customer_type'],
  ])('?%s is refused, naming %s', async (query, param) => {
    expect(await api.get(`${matrixPath}?${query}`)).toMatchObject({ status: 400, body: { error: { param } } });
  });

  test('has another ETag after a price was published in it, and no other before', async () => {
    const etag = async () => (await api.get(`${matrixPath}?provider=${provider}`)).headers.get('etag');
    const before = await etag();
    expect(await etag()).toBe(before);
    const [row] = await readRows(api, provider);
    await published([{ ...row, price_per_request: '0.01' }]);
    expect(await etag()).not.toBe(before);
  });
});

describe('publishing', () => {
  test('takes the rows as they were read and edited, and shows the prices as they were entered', async () => {
    const rows = await readRows(api, provider);
    const { counts, published: ids, version } = await published(rows.map((row) => priced(row, '0.20', '0.80')));
    expect(counts).toMatchObject({ added: 8, changed: 0 });
    expect(ids).toHaveLength(8);
    const after = await api.get(`${matrixPath}?provider=${provider}`);
    expect(after.headers.get('etag')).toBe(`"${version}"`);
    for (const row of (after.body as { data: readonly Row[] }).data) {
      expect(row).toMatchObject({ kind: 'simple', input_price: '0.20', output_price: '0.80', per: '1000000' });
      expect(ids).toContain(row.version_id);
    }
    expect(server.refreshed).toContain('catalog');
    const audit = (await api.get(`/api/v1/audit-log?action=price_version.publish&limit=8`)).body as {
      data: readonly { actor: string; after: { id: string } }[];
    };
    expect(new Set(audit.data.map(({ after: { id } }) => id))).toEqual(new Set(ids));
  });

  test.each(['0.1', '0.0375', '0.00000000875', '0.10', '12', '0'])('keeps %s, text for text', async (text) => {
    const [row] = await readRows(api, provider);
    for (const per of ['1', '1000', '1000000']) {
      await published([{ ...row, price_per_token: text, per, ...(await seenNow()) }]);
      const [after] = await readRows(api, provider);
      expect(after).toMatchObject({ price_per_token: text, per, input_price: null, output_price: null });
    }
  });

  test('reads 1e-7 digit by digit', async () => {
    const [row] = await readRows(api, provider);
    await published([{ ...row, input_price: '1e-7', output_price: '1.5E-3', per: '1' }]);
    const [after] = await readRows(api, provider);
    expect(after).toMatchObject({ input_price: '0.0000001', output_price: '0.0015' });
  });

  test('charges every kind of token alike where it says price_per_token', async () => {
    const [row] = await readRows(api, provider);
    await published([{ ...row, price_per_token: '0.002', per: '1000' }]);
    const [after] = await readRows(api, provider);
    const alike = { price_per_token: '0.002', input_price: null, per: '1000', kind: 'simple' };
    expect(after).toMatchObject({ ...alike, in_force: alike });
    const meters = after?.in_force?.components.map(({ meter, price, per }) => `${meter} ${price}/${per}`);
    expect(meters).toEqual(expect.arrayContaining(['input 0.002/1000', 'output 0.002/1000', 'cache_read 0.002/1000']));
  });

  test('publishes all or nothing: one incomplete row keeps all the others from counting, and is named', async () => {
    const rows = (await readRows(api, provider)).map((row) => priced(row));
    const before = await versions();
    const wrong = rows.map((row, index) => (index === 5 ? { ...row, input_price: null, output_price: '' } : row));
    const { status, message, param, problems } = await refused(wrong);
    expect(status).toBe(400);
    expect(message).toBe(
      `Pricing incomplete: provider=${provider} model=${provider}-small customer_type=individual. At least one pricing field must be provided.`,
    );
    expect(param).toBe('rows[5]');
    expect(problems).toMatchObject([
      { row: 5, param: 'rows[5]', code: 'incomplete', provider, customer_type: 'individual' },
    ]);
    expect(await versions()).toBe(before);
    expect((await readRows(api, provider)).every(({ kind }) => kind === 'empty')).toBe(true);
  });

  test('misses a row that was forgotten, when the selection says what the whole is', async () => {
    const rows = (await readRows(api, provider)).map((row) => priced(row));
    const { message, problems } = await refused(rows.slice(1), { selection: { providers: [provider] } });
    expect(message).toBe(
      `Pricing incomplete: provider=${provider} model=${provider}-large customer_type=free. At least one pricing field must be provided.`,
    );
    expect(problems).toMatchObject([{ row: null, code: 'incomplete' }]);
    expect((await publish(rows, { selection: { providers: [provider] } })).status).toBe(200);
  });

  test('says everything that is wrong with any row, field by field', async () => {
    const [row] = await readRows(api, provider);
    const place = { provider, model: `${provider}-large`, customer_type: 'free' };
    const wrong = [
      { ...place, provider: 'nobody', price_per_request: '1' },
      { ...place, model: 'nothing', price_per_request: '1' },
      { ...place, customer_type: 'none', price_per_request: '1' },
      { ...place, input_price: '-1', output_price: '0,5', per: '1000000' },
      { ...place, input_price: '1', per: '1500' },
      { ...place, input_price: '1' },
      { ...place, price_per_request: '1', currency: 'xyz' },
      { ...place, price_per_token: '1', input_price: '1', per: '1' },
      { ...place, price_per_request: `0.${'0'.repeat(30)}1` },
      { ...place, price_per_request: '99999999999' },
      { ...place, price_per_request: '1', valid_from: '2020-01-01' },
      { ...place, price_per_request: '1', valid_from: 'soon' },
      { ...place, price_per_request: '1', pricing_model: 'hybrid' },
      { ...place, price_per_request: '1', remove: true },
    ];
    const { body } = await api.post(`${matrixPath}/validate`, { rows: wrong });
    const { valid, errors } = body as { valid: boolean; errors: readonly Remark[] };
    expect(valid).toBe(false);
    const said = errors.map(({ row: index, field, code }) => [index, field ?? 'row', code].join(' '));
    expect(said).toEqual(
      expect.arrayContaining([
        '0 provider unknown_provider',
        '1 model unknown_model',
        '2 customer_type unknown_customer_type',
        '3 input_price negative',
        '3 output_price not_decimal',
        '4 per per',
        '5 per per',
        '6 currency unknown_currency',
        '7 price_per_token contradiction',
        '8 price_per_request too_fine',
        '9 price_per_request too_large',
        '10 valid_from past',
        '11 valid_from instant',
        '12 pricing_model invalid',
        '13 remove contradiction',
        '4 row duplicate',
      ]),
    );
    expect(row?.version_id).toBeNull();
    const refusal = await refused(wrong);
    expect(refusal).toMatchObject({ status: 400, message: errors[0]?.message });
    expect(refusal.problems).toHaveLength(errors.length);
  });

  test('takes a price away, and the platform’s applies again', async () => {
    const rows = await readRows(api, provider);
    await published(rows.map((row) => priced(row)));
    const [first, ...others] = await readRows(api, provider);
    const { counts } = await published([{ ...first, input_price: null, output_price: null, remove: true }, ...others]);
    expect(counts).toMatchObject({ removed: 1, unchanged: 7 });
    expect((await readRows(api, provider))[0]).toMatchObject({ kind: 'empty', version_id: null });
  });

  test('schedules a price, and shows it beside the one in force', async () => {
    const [row] = await readRows(api, provider);
    if (!row) throw new Error('There is no row.');
    await published([priced(row)]);
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const [now] = await readRows(api, provider);
    if (!now) throw new Error('There is no row.');
    await published([{ ...priced(now, '0.30', '0.90'), valid_from: later }]);
    const [after] = await readRows(api, provider);
    expect(after).toMatchObject({
      input_price: '0.20',
      valid_to: null,
      scheduled: { input_price: '0.30', valid_from: later },
    });
    // As it is: nothing to do, though what is in force ends by then.
    expect((await published([after ?? {}])).counts).toMatchObject({ unchanged: 1 });
    // Scheduled again by somebody who has not seen that it is.
    expect(await refused([{ ...priced(now, '0.31', '0.91'), valid_from: later }])).toMatchObject({ status: 409 });
    const seen = after ?? now;
    expect((await publish([{ ...priced(seen, '0.31', '0.91'), valid_from: later }])).status).toBe(200);
  });

  test('shows a price with conditions as complex, and neither flattens nor replaces it unasked', async () => {
    const name = `${provider}-large`;
    await api.make('/api/v1/prices', {
      book: 'customer_type',
      owner: 'free',
      subject: { kind: 'model', name },
      components: [
        { meter: 'input', price: '1', per: '1000000' },
        { meter: 'input', price: '2', per: '1000000', when: { prompt_tokens: { gt: 200_000 } } },
        { meter: 'output', price: '3', per: '1000000' },
      ],
    });
    const [row] = await readRows(api, provider);
    if (!row) throw new Error('There is no row.');
    expect(row).toMatchObject({ kind: 'complex', input_price: null, in_force: { input_price: '1', kind: 'complex' } });
    expect(row.in_force?.components).toHaveLength(3);
    expect((await published([row])).counts).toMatchObject({ kept: 1 });
    expect(await refused([priced(row)])).toMatchObject({ status: 400, param: 'rows[0].kind' });
    expect((await readRows(api, provider))[0]).toEqual(row);
    expect((await published([{ ...priced(row), kind: 'simple' }])).counts).toMatchObject({ changed: 1 });
  });

  test('a price that is not plain text is refused before anything is read', async () => {
    const [row] = await readRows(api, provider);
    expect(await publish([{ ...row, input_price: 0.15, per: '1' }])).toMatchObject({
      status: 400,
      body: { error: { param: 'rows[0].input_price', message: expect.stringContaining('as text') } },
    });
  });

  const seenNow = async (): Promise<Pick<Row, 'version_id'>> => ({
    version_id: (await readRows(api, provider))[0]?.version_id ?? null,
  });
});

describe('publishing again', () => {
  test('what is in force makes no new version', async () => {
    const rows = (await readRows(api, provider)).map((row) => priced(row));
    await published(rows);
    const before = await versions();
    // The very same, with what was seen before the first time: it is what is in force.
    expect((await published(rows)).counts).toMatchObject({ unchanged: 8, added: 0 });
    expect(await versions()).toBe(before);
  });

  test('with the same Idempotency-Key is done once', async () => {
    const rows = (await readRows(api, provider)).map((row) => priced(row));
    const key = { 'idempotency-key': `once-${provider}` };
    const first = await publish(rows, {}, key);
    const again = await publish(rows, {}, key);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  test('keeps a row the same row, one version after the other', async () => {
    const [row] = await readRows(api, provider);
    if (!row) throw new Error('There is no row.');
    await published([priced(row)]);
    const [seen] = await readRows(api, provider);
    if (!seen) throw new Error('There is no row.');
    const { published: ids } = await published([priced(seen, '0.25')]);
    const { rows } = await server.pool.query<{ row_id: string; predecessor_id: string; author: string }>(
      'select row_id, predecessor_id, author from faregate.price_version where id = $1',
      [ids[0]],
    );
    expect(rows[0]).toMatchObject({ row_id: seen.version_id, predecessor_id: seen.version_id, author: 'admin' });
  });
});

describe('two editors', () => {
  const both = async (): Promise<readonly [readonly Row[], readonly Row[]]> => {
    await published((await readRows(api, provider)).map((row) => priced(row)));
    const [one, two] = await Promise.all([readRows(api, provider), readRows(api, provider)]);
    return [one, two];
  };

  test('the second gets the difference, and loses nobody’s update', async () => {
    const [one, two] = await both();
    await published(one.map((row, index) => (index === 3 ? priced(row, '0.33') : row)));
    const before = await versions();
    const answer = await publish(two.map((row, index) => (index === 3 ? priced(row, '0.44') : row)));
    expect(answer).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'conflict',
          message: expect.stringContaining(`provider=${provider} model=${provider}-large customer_type=enterprise`),
          conflicts: [
            {
              row: 3,
              customer_type: 'enterprise',
              seen: { input_price: '0.20' },
              in_force: { input_price: '0.33', author: 'admin' },
              yours: { input_price: '0.44' },
              theirs: [{ field: 'input_price', old: '0.20', new: '0.33', percent: '+65' }],
              difference: [{ field: 'input_price', old: '0.33', new: '0.44', percent: '+33.33' }],
            },
          ],
        },
      },
    });
    expect(await versions()).toBe(before);
    expect((await readRows(api, provider))[3]?.input_price).toBe('0.33');
  });

  test('a row that the second has not touched is not turned back to what it was', async () => {
    const [one, two] = await both();
    await published(one.map((row, index) => (index === 3 ? priced(row, '0.33') : row)));
    const answer = await publish(two.map((row, index) => (index === 4 ? priced(row, '0.44') : row)));
    expect(answer.status).toBe(409);
    expect((answer.body as Refused).error.conflicts.map(({ row }) => row)).toEqual([3]);
  });

  test('changes of different rows both count when only those are sent', async () => {
    const [one, two] = await both();
    await published(one.slice(0, 4).map((row) => priced(row, '0.33')));
    expect((await published(two.slice(4).map((row) => priced(row, '0.44')))).counts).toMatchObject({ changed: 4 });
  });

  test('at the same moment: one is published whole, the other told', async () => {
    const [one, two] = await both();
    for (let round = 0; round < 5; round += 1) {
      const seen = round === 0 ? [one, two] : [await readRows(api, provider), await readRows(api, provider)];
      const before = await versions();
      const answers = await Promise.all(
        seen.map((rows, editor) => publish(rows.map((row) => priced(row, `0.${round + 5}${editor + 1}`)))),
      );
      expect(answers.map(({ status }) => status).toSorted((one, two) => one - two)).toEqual([200, 409]);
      expect(await versions()).toBe(before + 8);
      const lost = answers.find(({ status }) => status === 409);
      expect(lost).toMatchObject({ body: { error: { conflicts: { length: 8 } } } });
      const now = new Set((await readRows(api, provider)).map(({ input_price: price }) => price));
      expect(now.size).toBe(1);
    }
  });

  test('who schedule for the same day at the same moment: one is scheduled, the other told', async () => {
    const [one] = await both();
    const day = new Date(Date.now() + 86_400_000).toISOString();
    const answers = await Promise.all(
      ['0.61', '0.62'].map((price) => publish(one.map((row) => ({ ...priced(row, price), valid_from: day })))),
    );
    expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([200, 409]);
    const won = answers.findIndex(({ status }) => status === 200);
    for (const row of await readRows(api, provider)) {
      expect(row).toMatchObject({ input_price: '0.20', scheduled: { input_price: `0.6${won + 1}`, valid_from: day } });
    }
  });

  test('rows that do not say what they saw need the matrix’s ETag, or an empty place', async () => {
    const [one] = await both();
    const silent = one.map(({ provider: from, model, customer_type: type }) => ({
      provider: from,
      model,
      customer_type: type,
      price_per_request: '0.50',
    }));
    expect((await publish(silent)).status).toBe(409);
    const etag = (await api.get(`${matrixPath}?provider=${provider}`)).headers.get('etag') ?? '';
    expect((await publish(silent, {}, { 'if-match': etag })).status).toBe(200);
    const other = silent.map((row) => ({ ...row, price_per_request: '0.51' }));
    expect((await publish(other, {}, { 'if-match': etag })).status).toBe(409);
  });
});

describe('before publishing', () => {
  test('the difference is shown, old and new and by how much; nothing is written', async () => {
    const rows = await readRows(api, provider);
    await published(rows.slice(0, 2).map((row) => priced(row)));
    const before = await versions();
    const [first, second, third] = await readRows(api, provider);
    const edited = [{ ...first, input_price: '0.25' }, second, { ...third, price_per_request: '0.01' }];
    const { body } = await api.post(`${matrixPath}/difference`, { rows: edited });
    expect(body).toMatchObject({
      counts: { added: 1, changed: 1, unchanged: 1 },
      data: [
        {
          row: 0,
          change: 'changed',
          old: { input_price: '0.20' },
          new: { input_price: '0.25' },
          fields: [{ field: 'input_price', old: '0.20', new: '0.25', percent: '+25' }],
        },
        { row: 2, change: 'added', old: null, new: { price_per_request: '0.01' } },
      ],
    });
    expect(await versions()).toBe(before);
  });

  test('another quantity shows what it comes to', async () => {
    const [row] = await readRows(api, provider);
    if (!row) throw new Error('There is no row.');
    await published([priced(row)]);
    const [seen] = await readRows(api, provider);
    const { body } = await api.post(`${matrixPath}/difference`, { rows: [{ ...seen, per: '1000' }] });
    expect(body).toMatchObject({
      data: [
        {
          fields: expect.arrayContaining([
            { field: 'input_price', old: '0.20', new: '0.20', percent: '+99900' },
            { field: 'per', old: '1000000', new: '1000', percent: null },
          ]),
        },
      ],
    });
  });

  test('what is probably not meant is said, and may be published', async () => {
    const [row] = await readRows(api, provider);
    const codes = async (edit: object): Promise<readonly string[]> => {
      const { body } = await api.post(`${matrixPath}/validate`, { rows: [{ ...row, ...edit }] });
      expect(body).toMatchObject({ valid: true });
      return (body as { warnings: readonly Remark[] }).warnings.map(({ code, field }) =>
        [code, field ?? 'row'].join(' '),
      );
    };
    expect(await codes({ input_price: '0.15', output_price: '0.6', per: '1000000' })).toEqual([]);
    expect(await codes({ input_price: '0.14', output_price: '0.60', per: '1M' })).toEqual(['below_cost input_price']);
    expect(await codes({ input_price: '1', per: '1000000' })).toEqual(['missing_output_price output_price']);
    expect(await codes({ price_per_request: '0.01' })).toEqual([]);
    expect(await codes({ price_per_token: '0', per: '1' })).toEqual([
      'free price_per_token',
      'below_cost price_per_token',
    ]);
    expect(await codes({ input_price: '0.2', output_price: '0.8', per: '1000' })).toEqual([
      'far_above_cost input_price',
      'far_above_cost output_price',
    ]);
    expect(await codes({ price_per_token: '9', per: '1K', currency: 'RMB' })).toEqual(['cost_not_comparable currency']);
    expect(await codes({ remove: true })).toEqual(['nothing_to_remove row']);
  });
});

test('four customer types of two hundred models are published in less than two seconds', async () => {
  const name = 'many';
  await stageMatrix(api, { provider: name, models: [], types: [] });
  await server.pool.query(
    `insert into faregate.model (id, provider_id, model_id, name)
     select gen_random_uuid(), p.id, 'm' || n, 'many-' || lpad(n::text, 3, '0')
     from faregate.provider p, generate_series(1, 200) n where p.name = $1`,
    [name],
  );
  const rows = (await readRows(api, name)).map((row, index) => priced(row, `0.${index + 100}`));
  expect(rows).toHaveLength(800);
  const publishTimed = async (sent: readonly object[]): Promise<number> => {
    const began = performance.now();
    const { counts } = await published(sent);
    expect(counts.added + counts.changed).toBe(800);
    return performance.now() - began;
  };
  const first = await publishTimed(rows);
  const second = await publishTimed((await readRows(api, name)).map((row) => priced(row, '0.77')));
  expect(Math.max(first, second)).toBeLessThan(2_000);
  const before = await versions();
  const broken = (await readRows(api, name)).map((row, index) =>
    index === 799 ? { ...row, input_price: null, output_price: null } : priced(row, '0.78'),
  );
  expect((await refused(broken)).message).toContain('model=many-200 customer_type=enterprise');
  expect(await versions()).toBe(before);
});
