// How much an image call can consume: by the image, the megapixel and the token, whichever its price counts.
import { rational, times } from '../money/rational.ts';
import { exactText } from '../pricing/decimal.ts';
import type { Quantities } from '../usage/record.ts';
import type { Expected } from '../usage/expected.ts';
import type { PixelSize } from './media.ts';

export interface ImagesAsked {
  readonly count: number;
  readonly size: PixelSize | undefined;
  readonly quality: string | undefined;
  readonly references: number;
  /** Earlier looks at an image that is still being made. */
  readonly partialImages: number;
  readonly promptBytes: number;
}

// 4096 × 4096: the largest that a documented model makes when nobody says how large.
const unsaidPixelsMax = 16_777_216;

/** What models make when nobody says how large. */
const usualPixels = 1_048_576;

// A megapixel of the dearest model is some 7,000 tokens in high quality, 1,800 in medium and 300 in low; without a word about
// the size it is one of those up to 1536 × 1024.
const tokensPerMegapixelMax = 8_192;
const mediumTokensPerMegapixelMax = 2_048;
const lowTokensPerMegapixelMax = 1_024;
const unsaidMegapixels = 2;
const partialImageTokens = 100;

// Of a square image; what is not said is taken for medium.
const usualTokens: Readonly<Partial<Record<string, number>>> = { low: 272, high: 4_160 };
const mediumTokens = 1_056;

/** Whoever counts them scales a reference down to at most that. */
const referenceMegapixels = 4;

export function imageQuantitiesMax(asked: ImagesAsked): Quantities {
  return quantitiesOf(asked.count, pixelsOf(asked) ?? unsaidPixelsMax, asked.references);
}

function pixelsOf({ size }: ImagesAsked): number | undefined {
  return size && size.width * size.height;
}

function quantitiesOf(images: number, pixels: number, references: number): Quantities {
  const whole = BigInt(Math.ceil(pixels / 1_000_000));
  const count = BigInt(images);
  return {
    image: String(count),
    megapixel: exactText(times(rational(BigInt(pixels), 1_000_000n), rational(count))),
    megapixel_first: String(count),
    megapixel_next: String(count * (whole - 1n)),
    image_reference: String(references),
    megapixel_in: String(references * referenceMegapixels),
  };
}

/** Of one image. */
export function imageTokensBound(asked: ImagesAsked): number {
  const pixels = pixelsOf(asked);
  const megapixels = pixels === undefined ? unsaidMegapixels : Math.max(1, pixels / usualPixels);
  return Math.ceil(megapixels * tokensPerMegapixel(asked)) + asked.partialImages * partialImageTokens;
}

function tokensPerMegapixel({ quality }: ImagesAsked): number {
  if (quality === 'low') return lowTokensPerMegapixelMax;
  return quality === 'medium' ? mediumTokensPerMegapixelMax : tokensPerMegapixelMax;
}

function usualTokensOf(asked: ImagesAsked): number {
  const megapixels = Math.max(1, (pixelsOf(asked) ?? usualPixels) / usualPixels);
  const drawn = Math.ceil((usualTokens[asked.quality ?? ''] ?? mediumTokens) * megapixels);
  return Math.min(imageTokensBound(asked), drawn + asked.partialImages * partialImageTokens);
}

export function expectedOfImages(asked: ImagesAsked): Expected {
  return {
    promptTokens: Math.ceil(asked.promptBytes / 4) + asked.references * mediumTokens,
    completionTokens: asked.count * usualTokensOf(asked),
    made: 'image_tokens',
    quantities: quantitiesOf(asked.count, pixelsOf(asked) ?? usualPixels, asked.references),
  };
}
