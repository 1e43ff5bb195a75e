import type { Fingerprint } from './chance.ts';
import { numbersFrom } from './chance.ts';

export const alphabets = ['ascii', 'utf8'] as const;
export type Alphabet = (typeof alphabets)[number];

/** Text of exactly `count` tokens, each of four bytes: first what `echo` says, then filler. */
export function words(wanted: {
  readonly echo: string;
  readonly count: number;
  readonly alphabet: Alphabet;
  readonly seed: Fingerprint;
}): readonly string[] {
  // What the caller said is spelled in ASCII letters only, so the UTF-8 answer has nothing of it.
  const pieces = wanted.alphabet === 'ascii' ? echoed(wanted.echo, wanted.count) : [];
  const dictionary = wanted.alphabet === 'ascii' ? asciiWords : utf8Words;
  const next = numbersFrom(wanted.seed);
  while (pieces.length < wanted.count) pieces.push(dictionary[next() % dictionary.length] ?? dictionary[0]);
  return pieces;
}

function echoed(text: string, count: number): string[] {
  const pieces: string[] = [];
  let letters = '';
  for (const character of text) {
    if (pieces.length === count) return pieces;
    if (!isLetter(character)) continue;
    letters += character;
    if (letters.length === 3) {
      pieces.push(`${letters} `);
      letters = '';
    }
  }
  if (letters !== '' && pieces.length < count) pieces.push(`${letters.padEnd(3, 'x')} `);
  return pieces;
}

function isLetter(character: string): boolean {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

type Dictionary = readonly [string, ...string[]];

// Three letters and a space: four bytes, one token.
const asciiWords: Dictionary = [
  'the ',
  'sun ',
  'and ',
  'sea ',
  'can ',
  'see ',
  'our ',
  'old ',
  'red ',
  'fox ',
  'run ',
  'for ',
  'her ',
  'own ',
  'way ',
  'out ',
  'now ',
  'one ',
  'two ',
  'ten ',
  'you ',
  'may ',
  'ask ',
  'how ',
  'far ',
  'sky ',
  'was ',
  'big ',
  'bee ',
  'has ',
  'its ',
  'day ',
];

// One to three characters, four bytes each: what splits badly when bytes are cut.
const utf8Words: Dictionary = ['né ', '日 ', '😀', 'où ', '本 ', '🚀', 'ñu ', '€ ', '𝄞', 'øl ', '語 ', '🦊'];
