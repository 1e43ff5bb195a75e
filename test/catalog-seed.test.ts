import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readDefaultTerms } from '#adapters/seeds/default-terms.ts';
import { planFields } from '#core/rows/plan-row.ts';
import { ownField, pricingColumns } from '#core/rows/pricing-row.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
}

const seedFile = (name: string): string => readFileSync(new URL(`../catalog/seed/${name}`, import.meta.url), 'utf8');

const types: Readonly<Record<string, string>> = {
  text: 'STRING',
  uuid: 'STRING',
  choice: 'STRING',
  decimal: 'FLOAT64',
  percent: 'FLOAT64',
  count: 'INTEGER',
  date: 'DATE',
  flag: 'BOOLEAN',
};

test.each([
  ['llm_model_pricing.json', 'default_pricing.csv', pricingColumns],
  ['llm_subscriptions.json', 'default_subscriptions.csv', planFields],
] as const)('%s has the columns of its seed, with the types of the fields', (schemaFile, csvFile, fields) => {
  const columns = JSON.parse(seedFile(`schemas/${schemaFile}`)) as readonly Column[];
  expect(columns.map(({ name }) => name).join(',')).toBe(seedFile(csvFile).split('\n')[0]);
  for (const { name, type, mode } of columns) {
    const field = Object.entries(fields).find(([each]) => each === name)?.[1] ?? ownField(name);
    expect([name, type]).toEqual([name, types[field?.kind ?? '']]);
    if (field?.required === true) expect([name, mode]).toEqual([name, 'REQUIRED']);
  }
});

test('the seeds read, each name once, and their ids never repeat', () => {
  const { pricing, plans } = readDefaultTerms();
  const counted = (rows: readonly { readonly provider: string }[]) =>
    Object.fromEntries([...Map.groupBy(rows, ({ provider }) => provider)].map(([name, each]) => [name, each.length]));
  expect(counted(pricing)).toEqual({ openai: 7, anthropic: 5, gemini: 6 });
  expect(counted(plans)).toEqual({ openai: 5, anthropic: 6, gemini: 4 });
  expect(new Set(pricing.map((row) => row.model_id)).size).toBe(pricing.length);
  const ids = [...pricing.map((row) => row.pricing_id), ...plans.map((row) => row.subscription_id)];
  expect(new Set(ids).size).toBe(ids.length);
  expect([...pricing, ...plans].every((row) => !row.is_custom && row.is_enabled)).toBe(true);
});
