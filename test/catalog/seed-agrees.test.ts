// The required tables of OpenAI, Anthropic and Gemini stand twice: as the rows that organizations begin with, and in the
// catalogue, which says where each figure comes from and why it is believed.
import { expect, test } from 'vitest';
import { catalogFiles } from '#adapters/catalog-files/catalog-files.ts';
import { readDefaultTerms } from '#adapters/seeds/default-terms.ts';
import type { CatalogContent } from '#core/catalog/files/catalog-content.ts';
import { readCatalog } from '#core/catalog/files/read-catalog.ts';
import { compare, dividedBy, parseDecimal, rational } from '#core/money/rational.ts';
import type { Meter } from '#core/usage/meter.ts';

const seeds = readDefaultTerms();

async function catalogue(): Promise<CatalogContent> {
  const files = catalogFiles();
  const written = files.parse(await files.bundled());
  const read = written.kind === 'written' ? readCatalog(written.files) : written;
  if (read.kind !== 'catalog') throw new Error(JSON.stringify(read.problems));
  return read.content;
}

test('every plan of the seed is the catalogue’s, and the catalogue has no other of these providers', async () => {
  const { plans } = await catalogue();
  const providers = new Set(seeds.plans.map(({ provider }) => provider));
  const told = (plan: object, fields: readonly string[]) =>
    Object.fromEntries(fields.map((field) => [field, (plan as Readonly<Record<string, unknown>>)[field] ?? null]));
  const fields = Object.keys(seeds.plans[0] ?? {}).filter((field) => !differing.has(field));
  expect(fields).toContain('tpm_limit');
  const seeded = seeds.plans.map((plan) => told(plan, fields));
  expect(plans.filter(({ provider }) => providers.has(provider)).map((plan) => told(plan, fields))).toEqual(seeded);
});

// Of an organization's rows only, or known to one of the two only.
const differing = new Set(['subscription_id', 'is_custom', 'is_enabled', 'effective_date', 'auth_type']);

test('every price of the seed is one that the catalogue charges by, but for the known slips', async () => {
  const { models, prices } = await catalogue();
  const different = seeds.pricing.flatMap((row) => {
    const model = models.find(({ provider, model_id: id }) => provider === row.provider && id === row.model_id);
    const ofModel = prices.filter(({ subject }) => subject.name === model?.name);
    const says = (meter: Meter, price: string): boolean =>
      ofModel.some(({ components }) =>
        components.some(
          (each) =>
            each.meter === meter &&
            compare(
              dividedBy(parseDecimal(each.price), parseDecimal(each.per)),
              dividedBy(parseDecimal(price), rational(1000n)),
            ) === 0n,
        ),
      );
    const agrees = says('input', row.input_price_per_1k) && says('output', row.output_price_per_1k);
    return agrees ? [] : [row.model_id];
  });
  expect(different).toEqual(knownSlips);
});

// Organizations begin with their table as it was given; the catalogue has what the maker charges, and says so.
const knownSlips = ['o3-mini'];
