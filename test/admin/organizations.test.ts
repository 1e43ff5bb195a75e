import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './client.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let api: ReturnType<typeof clientOf>;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
});
afterAll(() => server.close());

interface Row extends Readonly<Record<string, unknown>> {
  readonly pricing_id: string;
  readonly model_id: string;
  readonly subscription_id: string;
  readonly plan_name: string;
}

const rowsAt = async (path: string): Promise<readonly Row[]> =>
  ((await api.get(`${path}?limit=200`)).body as { data: readonly Row[] }).data;

const onboard = (slug: string, more: object = {}) =>
  api.post('/api/v1/organizations/onboard', { slug, name: `The ${slug}`, ...more });

const seed = (name: string): string => readFileSync(new URL(`../../catalog/seed/${name}`, import.meta.url), 'utf8');

describe('onboarding', () => {
  test('makes the organization, its wallet, its prices and its plans; a second time it answers the same', async () => {
    const first = await onboard('acme', { contact: 'ops@acme.example' });
    expect(first).toMatchObject({
      status: 201,
      body: {
        organization: { slug: 'acme', contact: 'ops@acme.example', wallets: [{ currency: 'usd' }] },
        pricing: 18,
        subscriptions: 15,
      },
    });
    const again = await onboard('acme', { contact: 'ops@acme.example' });
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(await rowsAt('/api/v1/integrations/acme/all/pricing')).toHaveLength(18);
    expect(await rowsAt('/api/v1/integrations/acme/all/subscriptions')).toHaveLength(15);
    expect(await onboard('acme', { name: 'Somebody else' })).toMatchObject({
      status: 409,
      body: { error: { param: 'slug' } },
    });
  });

  test('twenty at the same time make one', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => onboard('crowd')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body)))).toHaveLength(1);
    expect(await rowsAt('/api/v1/integrations/crowd/all/pricing')).toHaveLength(18);
    expect(await rowsAt('/api/v1/integrations/crowd/all/subscriptions')).toHaveLength(15);
  });

  test('that fails in the middle leaves nothing behind', async () => {
    const { providerTerms } = server.desk.administration;
    const [plan] = server.desk.defaultTerms.plans;
    if (!plan) throw new Error('There are no default plans.');
    const counts = async () =>
      (
        await server.pool.query(
          `select (select count(*) from faregate.price_version) as prices, (select count(*) from faregate.wallet) as wallets,
             (select count(*) from faregate.plan) as plans, (select count(*) from faregate.audit_log) as notes`,
        )
      ).rows[0] as unknown;
    const before = await counts();
    await expect(
      providerTerms.onboard('admin', {
        organization: { slug: 'half', name: 'Half', currency: 'usd' },
        pricing: server.desk.defaultTerms.pricing.map((row) => ({ ...row, pricing_id: crypto.randomUUID() })),
        // The database has no room for it.
        plans: [{ ...plan, subscription_id: crypto.randomUUID(), quantity: 3_000_000_000 }],
        provenance: 'a test',
      }),
    ).rejects.toThrow('A value cannot be kept');
    expect((await api.get('/api/v1/organizations/half')).status).toBe(404);
    expect(await counts()).toEqual(before);
  });

  test('gives an organization that was made without them its prices and plans, and gives removed ones back never', async () => {
    await api.make('/api/v1/organizations', { slug: 'late', name: 'The late' });
    expect(await onboard('late')).toMatchObject({ status: 201, body: { pricing: 18 } });
    const [row] = await rowsAt('/api/v1/integrations/late/openai/pricing');
    await api.remove(`/api/v1/integrations/late/openai/pricing/${row?.pricing_id ?? ''}`);
    await onboard('late');
    expect(await rowsAt('/api/v1/integrations/late/openai/pricing')).toHaveLength(6);
  });

  test('prices and plans come as the files have them, to the letter', async () => {
    await onboard('letter');
    const exported = async (path: string): Promise<string> =>
      (await api.get(`/api/v1/integrations/letter/all/${path}/export.csv`)).body as string;
    const withoutIds = (csv: string): readonly string[] =>
      csv
        .trim()
        .split('\n')
        .map((line) => line.slice(line.indexOf(',')))
        .toSorted();
    expect(withoutIds(await exported('pricing'))).toEqual(withoutIds(seed('default_pricing.csv')));
    expect(withoutIds(await exported('subscriptions'))).toEqual(withoutIds(seed('default_subscriptions.csv')));
  });
});
