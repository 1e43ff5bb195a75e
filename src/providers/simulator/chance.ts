/** Chance without chance: the same text gives the same numbers, on every machine. */
export type Fingerprint = readonly [number, number, number, number];

/** 128 bits of a text (the cyrb128 mixer, public domain); for ids and seeds, not for secrets. */
export function fingerprint(text: string): Fingerprint {
  let a = 1779033703;
  let b = 3144134277;
  let c = 1013904242;
  let d = 2773480762;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = b ^ Math.imul(a ^ unit, 597399067);
    b = c ^ Math.imul(b ^ unit, 2869860233);
    c = d ^ Math.imul(c ^ unit, 951274213);
    d = a ^ Math.imul(d ^ unit, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  const all = a ^ b ^ c ^ d;
  return [all >>> 0, (b ^ all) >>> 0, (c ^ all) >>> 0, (d ^ all) >>> 0];
}

/** The fingerprint of the `nth` thing that belongs to another one: a choice of an answer, a call of a choice. */
export function branch(of: Fingerprint, nth: number): Fingerprint {
  return fingerprint(`${hexOf(of)} ${nth}`);
}

/** Whole numbers below 2³² (the sfc32 generator, public domain). */
export function numbersFrom(seed: Fingerprint): () => number {
  let [a, b, c, d] = seed;
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // The first numbers of this generator still look like its seed.
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return next;
}

export function hexOf(seed: Fingerprint): string {
  return seed.map((part) => part.toString(16).padStart(8, '0')).join('');
}
