import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import type { ShownRow } from '#flows/admin/price-matrix/show-matrix.ts';
import { readMatrixTable, writeMatrixTable } from './matrix-table.ts';

const decimal = fc
  .tuple(fc.stringMatching(/^(0|[1-9]\d{0,6})$/), fc.option(fc.stringMatching(/^\d{1,20}$/)))
  .map(([whole, fraction]) => (fraction === null ? whole : `${whole}.${fraction}`));
const maybe = fc.option(decimal);
// Names begin and end with something; in between anything that a spreadsheet could stumble over.
const awkward = fc
  .oneof(fc.string({ minLength: 1, maxLength: 20 }), fc.stringMatching(/^['=+\-@,;"\n\r\t a0]{1,12}$/))
  .map((text) => text.trim())
  .filter((text) => text !== '');
const row: fc.Arbitrary<ShownRow> = fc.record({
  provider: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
  model: fc.stringMatching(/^[a-z][a-z0-9./:@-]{0,12}$/),
  customer_type: awkward,
  kind: fc.constantFrom('simple', 'complex', 'empty'),
  input_price: maybe,
  output_price: maybe,
  cache_read_price: maybe,
  cache_write_price: maybe,
  price_per_token: maybe,
  price_per_request: maybe,
  per: fc.option(fc.constantFrom('1', '1000', '1000000')),
  currency: fc.option(fc.constantFrom('usd', 'cny')),
  pricing_model: fc.option(fc.constantFrom('per_token', 'hybrid')),
  valid_from: fc.constant(null),
  valid_to: fc.option(fc.constant('2027-01-01T00:00:00.000Z')),
  version_id: fc.option(fc.uuid()),
  scheduled_version_id: fc.option(fc.uuid()),
  in_force: fc.constant(null),
  scheduled: fc.constant(null),
  cost: fc.constant(null),
});

const beside = { in_force: null, scheduled: null, cost: null };
const spreadsheet = fc.constantFrom(
  (csv: string) => csv,
  (csv: string) => `\uFEFF${csv}`,
  (csv: string) => `${csv}\r\n${','.repeat(3)}\r\n`,
);

describe('the matrix as CSV', () => {
  test('is read as it was written, text for text, whatever the names and the decimals', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), spreadsheet, (rows, saved) => {
        const read = readMatrixTable(saved(writeMatrixTable(rows))).rows;
        expect(read.map((each) => ({ ...each, ...beside }))).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  test('has no cell that a spreadsheet takes for a formula', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (rows) => {
        const cells = (parse(writeMatrixTable(rows)) as readonly (readonly string[])[]).flat();
        expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
      }),
    );
  });

  test.each([',', ';', '\t'])('is read with %j between the cells', (delimiter) => {
    const csv = [
      ['provider', 'model', 'customer_type', 'input_price', 'per'],
      ['acme', 'large', 'free', '0.10', '1M'],
    ]
      .map((cells) => cells.join(delimiter))
      .join('\r\n');
    expect(readMatrixTable(csv).rows).toEqual([
      { provider: 'acme', model: 'large', customer_type: 'free', input_price: '0.10', per: '1M' },
    ]);
  });

  test('says in which line of the file each row stands', () => {
    const csv = 'provider,model,customer_type,remove\r\n\r\nacme,large,"two\nlines",\r\n,,,\r\nacme,large,free,yes\r\n';
    expect(readMatrixTable(csv)).toEqual({
      lines: [3, 6],
      rows: [
        { provider: 'acme', model: 'large', customer_type: 'two\nlines' },
        { provider: 'acme', model: 'large', customer_type: 'free', remove: true },
      ],
    });
  });

  test.each([
    ['', 'Line 1: The table is empty'],
    ['provider,model\nacme,large', 'Line 1: The column "customer_type" is missing'],
    ['provider,model,customer_type,price\n', 'Line 1: There is no column "price"'],
    ['provider,model,customer_type,model\n', 'Line 1: The column "model" is there twice'],
    ['provider,model,customer_type\nacme,large\n', 'Line 2: It has 2 cells, and the first line 3'],
    ['provider,model,customer_type\na,b,c\nacme,"large,free\n', 'It cannot be read as CSV'],
    ['provider,model,customer_type,remove\nacme,large,free,perhaps\n', 'Line 2: "remove" is yes or no'],
  ])('%j is refused: %s', (csv, message) => {
    expect(() => readMatrixTable(csv)).toThrow(Failure);
    expect(() => readMatrixTable(csv)).toThrow(message);
  });
});
