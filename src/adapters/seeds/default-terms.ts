// The prices and plans that every organization begins with: files of the repository, checked at the start.
import { readFileSync } from 'node:fs';
import { type PlanRow, readPlanRow } from '#core/rows/plan-row.ts';
import { type PricingRow, readPricingRow, type RowDefaults } from '#core/rows/pricing-row.ts';
import { type Given, rowName, type RowReading } from '#core/rows/read-row.ts';
import { readCsvRows } from '#csv/csv-rows.ts';
import type { DefaultTerms } from '#ports/provider-terms.ts';

const folder = new URL('../../../catalog/seed/', import.meta.url);
const pricingFile = 'default_pricing.csv';
const plansFile = 'default_subscriptions.csv';

/** @throws Error that names the file and the field. */
export function readDefaultTerms(): DefaultTerms {
  return {
    pricing: readSeed<PricingRow>(pricingFile, readPricingRow),
    plans: readSeed<PlanRow>(plansFile, readPlanRow),
    provenance: `catalog/seed/${pricingFile}, ${plansFile}`,
  };
}

// A seed names its own id and day.
const noDefaults: RowDefaults = { id: '', today: '' };

function readSeed<Row>(file: string, read: (given: Given, defaults: RowDefaults) => RowReading<Row>): readonly Row[] {
  const table = readCsvRows(readFileSync(new URL(file, folder), 'utf8'));
  if (table.kind === 'problems') throw new Error(`catalog/seed/${file}: ${JSON.stringify(table.problems)}`);
  return table.rows.map((given, index) => {
    const reading = read(given, noDefaults);
    if (reading.kind === 'row') return reading.row;
    throw new Error(`catalog/seed/${file}, ${rowName(index)}: ${JSON.stringify(reading.problems)}`);
  });
}
