import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './client.ts';
import { type AdminServer, sha256, startAdminServer } from './server.ts';

const prices = '/api/v1/prices';
let server: AdminServer;
let api: ReturnType<typeof clientOf>;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
});
afterAll(() => server.close());

interface Version {
  readonly id: string;
  readonly state: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly recorded_at: string;
  readonly approved_at: string | null;
  readonly predecessor_id: string | null;
  readonly row_id: string;
  readonly components: readonly { readonly price: string }[];
}

const perRequest = (price: string) => [{ meter: 'request', price, per: '1' }];
const model = async (): Promise<string> => {
  const name = `m-${crypto.randomUUID()}`;
  await api.make('/api/v1/models', { provider: 'sim', model_id: name, name });
  return name;
};
const publish = (name: string, price: string, more: object = {}): Promise<Version> =>
  api.make<Version>(prices, { subject: { kind: 'model', name }, components: perRequest(price), ...more });
const history = async (name: string, query = ''): Promise<readonly Version[]> =>
  ((await api.get(`${prices}/history?name=${name}${query}`)).body as { data: Version[] }).data;
const priceAt = async (name: string, query: string): Promise<string | undefined> => {
  const versions = await history(name, query);
  expect(versions.length).toBeLessThan(2);
  return versions[0]?.components[0]?.price;
};
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
/** A model whose price has counted since an hour ago. */
const oldPrice = async (price: string): Promise<{ name: string; version: Version }> => {
  const name = await model();
  return { name, version: await publish(name, price, { valid_from: inHours(-1) }) };
};
const stored = async (name: string): Promise<number> => {
  const { prices: seen } = await server.directory.catalog();
  return seen.filter((version) => version.subject.name === name).length;
};

describe('a draft', () => {
  test('prices nothing until it is approved, and then from that moment on', async () => {
    const name = await model();
    const first = await publish(name, '1');
    const draft = await publish(name, '2', { state: 'draft' });
    expect(draft).toMatchObject({ state: 'draft', approved_at: null });
    expect(await stored(name)).toBe(1);
    await wait(5);
    const { status, body } = await api.post(`${prices}/${draft.id}/approve`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'current', predecessor_id: first.id, approved_by: 'admin' });
    expect(Date.parse((body as Version).valid_from)).toBeGreaterThan(Date.parse(draft.valid_from));
    expect((await history(name)).find(({ id }) => id === first.id)).toMatchObject({
      state: 'ended',
      valid_to: (body as Version).valid_from,
    });
    expect((await api.post(`${prices}/${draft.id}/approve`)).status).toBe(409);
  });

  test('can be cancelled, and not approved after that', async () => {
    const draft = await publish(await model(), '2', { state: 'draft' });
    expect((await api.post(`${prices}/${draft.id}/cancel`)).body).toMatchObject({ state: 'cancelled' });
    expect((await api.post(`${prices}/${draft.id}/approve`)).status).toBe(409);
  });

  test('that was meant for a time that has passed is not approved', async () => {
    const draft = await publish(await model(), '2', {
      state: 'draft',
      valid_to: new Date(Date.now() + 50).toISOString(),
    });
    await wait(60);
    expect((await api.post(`${prices}/${draft.id}/approve`)).status).toBe(409);
  });

  test('meets the versions that were published meanwhile, as they stand', async () => {
    const name = await model();
    const later = inHours(2);
    const draft = await publish(name, '2', { state: 'draft' });
    await publish(name, '3', { valid_from: later });
    expect((await api.post(`${prices}/${draft.id}/approve`)).body).toMatchObject({ state: 'current', valid_to: later });
  });
});

describe('a scheduled version', () => {
  test('is listed, and when it is cancelled the one before it goes on', async () => {
    const name = await model();
    const current = await publish(name, '1');
    const scheduled = await publish(name, '2', { valid_from: inHours(1) });
    expect((await api.get(`${prices}?state=scheduled&name=${name}`)).body).toMatchObject({
      data: [{ id: scheduled.id }],
    });
    expect((await api.post(`${prices}/${scheduled.id}/cancel`)).body).toMatchObject({ state: 'cancelled' });
    expect((await history(name)).find(({ id }) => id === current.id)).toMatchObject({
      state: 'current',
      valid_to: null,
    });
  });

  test('that is cancelled leaves the one before it its own end, and the one after it its beginning', async () => {
    const name = await model();
    const [middle, last] = [inHours(1), inHours(2)];
    const current = await publish(name, '1', { valid_to: inHours(5) });
    const scheduled = await publish(name, '2', { valid_from: middle });
    await publish(name, '3', { valid_from: last });
    await api.post(`${prices}/${scheduled.id}/cancel`);
    expect((await history(name)).find(({ id }) => id === current.id)?.valid_to).toBe(last);
    const ending = await model();
    const promotion = await publish(ending, '1', { valid_to: middle });
    const next = await publish(ending, '2', { valid_from: middle });
    await api.post(`${prices}/${next.id}/cancel`);
    expect((await history(ending)).find(({ id }) => id === promotion.id)?.valid_to).toBe(middle);
  });

  test('that has begun is not cancelled', async () => {
    const { version } = await oldPrice('1');
    const { status, body } = await api.post(`${prices}/${version.id}/cancel`);
    expect([status, JSON.stringify(body)]).toEqual([409, expect.stringContaining('correct this one')]);
  });
});

describe('a correction', () => {
  test('takes the place of the wrong version, also in the past, and names it', async () => {
    const { name, version: wrong } = await oldPrice('1');
    const { status, body } = await api.post(`${prices}/${wrong.id}/correct`, {
      components: perRequest('1.5'),
      provenance: 'the contract',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      superseded: { id: wrong.id, state: 'superseded' },
      published: [
        {
          state: 'current',
          valid_from: wrong.valid_from,
          valid_to: null,
          predecessor_id: wrong.id,
          row_id: wrong.row_id,
          author: 'admin',
          provenance: 'the contract',
        },
      ],
    });
    expect(await stored(name)).toBe(1);
    expect((await api.post(`${prices}/${wrong.id}/correct`, { components: perRequest('2') })).status).toBe(409);
  });

  test('of a part leaves the rest as it was', async () => {
    const { name, version: wrong } = await oldPrice('1');
    const [from, to] = [inHours(-0.5), inHours(-0.25)];
    await api.make(`${prices}/${wrong.id}/correct`, { components: perRequest('2'), valid_from: from, valid_to: to });
    const counting = (await history(name)).filter(({ state }) => state !== 'superseded');
    expect(counting.toSorted((one, two) => one.valid_from.localeCompare(two.valid_from))).toMatchObject([
      { valid_from: wrong.valid_from, valid_to: from, components: [{ price: '1' }] },
      { valid_from: from, valid_to: to, components: [{ price: '2' }] },
      { valid_from: to, valid_to: null, components: [{ price: '1' }] },
    ]);
  });

  test('lies within the version that it corrects', async () => {
    const { version } = await oldPrice('1');
    const path = `${prices}/${version.id}/correct`;
    const components = perRequest('2');
    expect(await api.post(path, { components, valid_from: inHours(-2) })).toMatchObject({
      status: 400,
      body: { error: { param: 'valid_from' } },
    });
    expect(await api.post(path, { components, valid_to: inHours(-2) })).toMatchObject({ status: 400 });
    expect(await api.post(path, { components: [] })).toMatchObject({ status: 400 });
    const scheduled = await publish(await model(), '1', { valid_from: inHours(1) });
    expect((await api.post(`${prices}/${scheduled.id}/correct`, { components })).status).toBe(409);
  });
});

test.each([false, true])(
  'a version ends when its operator said, after the next was cancelled (corrected: %s)',
  async (corrected) => {
    const name = await model();
    const until = inHours(1);
    const wrong = await publish(name, '1', { valid_from: inHours(-1), valid_to: until });
    if (corrected) await api.make(`${prices}/${wrong.id}/correct`, { components: perRequest('2') });
    const next = await publish(name, '3', { valid_from: until });
    await api.post(`${prices}/${next.id}/cancel`);
    expect((await history(name)).find(({ state }) => state === 'current')?.valid_to).toBe(until);
  },
);

test('a version that only its neighbour ended goes on after that was cancelled, corrected or not', async () => {
  const { name, version: wrong } = await oldPrice('1');
  const next = await publish(name, '3', { valid_from: inHours(1) });
  await api.make(`${prices}/${wrong.id}/correct`, { components: perRequest('2') });
  await api.post(`${prices}/${next.id}/cancel`);
  const current = (await history(name)).find(({ state }) => state === 'current');
  expect(current).toMatchObject({ valid_to: null, components: [{ price: '2' }] });
});

describe('the history', () => {
  test('knows what was believed then, beside what is known now', async () => {
    const { name, version: wrong } = await oldPrice('1');
    const [middle, published] = [inHours(-0.5), new Date(Date.now()).toISOString()];
    await wait(10);
    await api.make(`${prices}/${wrong.id}/correct`, { components: perRequest('2') });
    expect(await priceAt(name, `&at=${middle}`)).toBe('2');
    expect(await priceAt(name, `&at=${middle}&as_of=${published}`)).toBe('1');
    expect(await history(name, `&as_of=${published}`)).toMatchObject([{ id: wrong.id }]);
    expect(await history(name, `&as_of=${inHours(-2)}`)).toEqual([]);
  });

  test('knows that an end was not known before it was written', async () => {
    const { name } = await oldPrice('1');
    const before = new Date().toISOString();
    await wait(10);
    const next = await publish(name, '2', { valid_from: inHours(1) });
    expect(await priceAt(name, `&at=${inHours(2)}`)).toBe('2');
    expect(await priceAt(name, `&at=${inHours(2)}&as_of=${before}`)).toBe('1');
    const scheduledThen = new Date(Date.now() + 1).toISOString();
    await wait(10);
    await api.post(`${prices}/${next.id}/cancel`);
    expect(await priceAt(name, `&at=${inHours(2)}`)).toBe('1');
    expect(await priceAt(name, `&at=${inHours(2)}&as_of=${scheduledThen}`)).toBe('2');
  });
});

test('an organization may be switched to priced names only, and its keys hear of it', async () => {
  const { id, slug } = await api.make('/api/v1/organizations', { name: 'Picky' });
  const { virtual_key: key } = await api.make('/api/v1/virtual-keys', { name: 'k', organization: slug });
  expect((await api.get(`/api/v1/organizations/${id}`)).body).toMatchObject({ only_priced_names: false });
  const changed = await api.patch(`/api/v1/organizations/${id}`, { only_priced_names: true });
  expect(changed.body).toMatchObject({ only_priced_names: true });
  const caller = await server.directory.callerByHash(sha256(key));
  expect(caller).toMatchObject({ organizationId: id, onlyPricedNames: true });
});

test('a stretch of time belongs to one version, whatever is written past the program', async () => {
  const { name, version } = await oldPrice('1');
  await expect(
    server.pool.query(
      `insert into faregate.price_version (id, book, subject_kind, subject_name, currency, components, valid_from, author)
       select gen_random_uuid(), book, subject_kind, subject_name, currency, components, now(), 'x'
       from faregate.price_version where id = $1`,
      [version.id],
    ),
  ).rejects.toThrow('price_version_no_overlap');
  await expect(
    server.pool.query(`update faregate.price_version set valid_from = now() where id = $1`, [version.id]),
  ).rejects.toThrow('never changed');
  expect(await history(name)).toHaveLength(1);
});
