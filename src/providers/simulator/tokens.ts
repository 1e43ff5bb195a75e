/** The simulator's tokenizer, by definition: a token is four bytes of UTF-8, the last one of a text may be shorter. */
export const TOKEN_BYTES = 4;

export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / TOKEN_BYTES);
}

/** Cuts ASCII text into tokens. */
export function cutIntoTokens(asciiText: string): readonly string[] {
  const pieces: string[] = [];
  for (let start = 0; start < asciiText.length; start += TOKEN_BYTES) {
    pieces.push(asciiText.slice(start, start + TOKEN_BYTES));
  }
  return pieces;
}

/** The first `length` UTF-16 units of a text that came in pieces, still in pieces. */
export function cutPieces(pieces: readonly string[], length: number): readonly string[] {
  const kept: string[] = [];
  let left = length;
  for (const piece of pieces) {
    if (left <= 0) break;
    kept.push(piece.slice(0, left));
    left -= piece.length;
  }
  return kept;
}
