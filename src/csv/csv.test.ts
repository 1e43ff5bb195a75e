import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printCsvRows, readCsvRows } from './csv-rows.ts';
import { printCsv, readCsv } from './csv.ts';

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '"', ',', "'", '=', '+', '-', '@', '\t', '\r', '\n', ' ', 'é', '1') }),
  fc.string(),
);

function cellsIn(csv: string): readonly (readonly string[])[] | undefined {
  const read = readCsv(csv);
  return read.kind === 'lines' ? read.lines.map(({ cells }) => cells) : undefined;
}

test('whatever stands in a table comes back from its CSV, and nothing in it is a formula', () => {
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((width) =>
      fc.tuple(
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: width, maxLength: width }),
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 5 }),
      ),
    );
  fc.assert(
    fc.property(table, ([columns, rows]) => {
      // A line with nothing on it is no row.
      const told = rows.filter((row) => row.length > 1 || row[0] !== '');
      for (const lineEnd of ['\n', '\r\n'] as const) {
        expect(cellsIn(printCsv([columns, ...told], { lineEnd }))).toEqual([columns, ...told]);
      }
      for (const value of told.flat()) {
        expect(printCsv([['a'], [value]], { lineEnd: '\n' })).not.toMatch(/^a\n"?[=+\-@\t\r]/);
      }
    }),
  );
});

test('other programs’ CSV is read: a byte order mark, CRLF, no last line end, empty lines, other delimiters', () => {
  expect(readCsv('\uFEFFa,b\r\n1,"2\r\n3"\r\n\r\n,\n4,5')).toEqual({
    kind: 'lines',
    lines: [
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', '2\r\n3'] },
      { line: 5, cells: ['', ''] },
      { line: 6, cells: ['4', '5'] },
    ],
  });
  expect(readCsv('a;b\r1;"2\r3"\r4;5')).toEqual({
    kind: 'lines',
    lines: [
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', '2\r3'] },
      { line: 4, cells: ['4', '5'] },
    ],
  });
});

test.each(['a,"b', 'a"b,c', '"a"b,c', 'a\0,\0b\0'])('what is no CSV is refused: %s', (text) => {
  expect(readCsv(text).kind).toBe('problem');
});

test('rows are told by their columns, and nothing is null', () => {
  const csv = printCsvRows(['name', 'count', 'flag', 'none'], [{ name: 'x', count: 5, flag: true, other: 'y' }]);
  expect(csv).toBe('name,count,flag,none\nx,5,true,\n');
  expect(readCsvRows(csv)).toMatchObject({ kind: 'rows', rows: [{ name: 'x', count: '5', flag: 'true', none: null }] });
  expect(readCsvRows('').kind).toBe('problems');
  expect(readCsvRows('a,a\n1,2\n').kind).toBe('problems');
  expect(readCsvRows('a,b\n1\n')).toMatchObject({ problems: [{ field: 'rows[0]' }] });
});
