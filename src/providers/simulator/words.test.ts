import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fingerprint } from './chance.ts';
import { countTokens } from './tokens.ts';
import { alphabets, words } from './words.ts';

describe('words', () => {
  it('are tokens of exactly four bytes each, as many as wanted', () => {
    const wanted = fc.record({
      echo: fc.string({ unit: 'grapheme' }),
      count: fc.nat(200),
      alphabet: fc.constantFrom(...alphabets),
      seed: fc.string().map(fingerprint),
    });
    fc.assert(
      fc.property(wanted, (each) => {
        const pieces = words(each);
        expect(pieces.length).toBe(each.count);
        expect(new Set(pieces.map((piece) => Buffer.byteLength(piece)))).toEqual(new Set(each.count > 0 ? [4] : []));
        expect(countTokens(pieces.join(''))).toBe(each.count);
        if (each.alphabet === 'ascii') expect(pieces.every((piece) => /^[A-Za-z]{3} $/.test(piece))).toBe(true);
      }),
    );
  });

  it('begin with what the caller said', () => {
    const pieces = words({ echo: 'Hello, world!', count: 6, alphabet: 'ascii', seed: fingerprint('x') });
    expect(pieces.slice(0, 4)).toEqual(['Hel ', 'low ', 'orl ', 'dxx ']);
  });

  it('hold characters of several bytes when asked', () => {
    const text = words({ echo: '', count: 40, alphabet: 'utf8', seed: fingerprint('x') }).join('');
    expect(text.length).toBeLessThan(Buffer.byteLength(text));
  });
});
