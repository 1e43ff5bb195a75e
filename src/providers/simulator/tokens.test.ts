import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { countTokens, cutIntoTokens, cutPieces } from './tokens.ts';

describe('the tokenizer', () => {
  it('counts a token for every four bytes of UTF-8, and one for what is left', () => {
    expect(countTokens('')).toBe(0);
    expect(countTokens('abcd')).toBe(1);
    expect(countTokens('abcde')).toBe(2);
    expect(countTokens('😀')).toBe(1);
    expect(countTokens('日本')).toBe(2);
  });

  it('cuts ASCII into as many tokens as it counts, and loses nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        const pieces = cutIntoTokens(text);
        expect(pieces.join('')).toBe(text);
        expect(pieces.length).toBe(countTokens(text));
      }),
    );
  });

  it('shortens pieces to a length of text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.nat(40), (text, length) => {
        expect(cutPieces(cutIntoTokens(text), length).join('')).toBe(text.slice(0, length));
      }),
    );
  });
});
