import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordset } from './recordset.ts';

describe('recordset', () => {
  test('what Postgres cannot keep becomes the sign for it, and nothing else changes', () => {
    const back = (text: string): unknown => JSON.parse(recordset([{ text }]));
    expect(back('a\u0000b')).toEqual([{ text: 'a\ufffdb' }]);
    expect(back('half \ud800 and \udfff')).toEqual([{ text: 'half \ufffd and \ufffd' }]);
    expect(back('whole \u{1f600}')).toEqual([{ text: 'whole \u{1f600}' }]);
    expect(back('written \\u0000 and \\\\ud800')).toEqual([{ text: 'written \\u0000 and \\\\ud800' }]);
    expect(back('\u0001 \u001f "\n')).toEqual([{ text: '\u0001 \u001f "\n' }]);
  });

  test('any text comes back, but for what cannot be kept', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(recordset([{ text }]))).toEqual([
          { text: text.toWellFormed().replaceAll('\u0000', '\ufffd') },
        ]);
      }),
    );
  });
});
