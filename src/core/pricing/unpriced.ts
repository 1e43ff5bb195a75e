// What was consumed and has no price here.
import { isTokenMeter, isToolMeter, type Meter, type WorkMeter } from '#core/usage/meter.ts';

// Meters of one measure complement each other (input and output, the first megapixel and the next). Different measures
// describe the same work again: an image model reports both its tokens and its image, and is priced by one of them.
const measures = {
  image: 'image',
  image_reference: 'image',
  megapixel: 'megapixel',
  megapixel_first: 'megapixel',
  megapixel_next: 'megapixel',
  megapixel_in: 'megapixel',
  video_second: 'video_second',
  video_clip: 'video_clip',
  audio_second_in: 'audio_second_in',
  audio_second_out: 'audio_second_out',
  character: 'character',
  song: 'song',
  page: 'page',
  search_unit: 'search_unit',
  gpu_second: 'gpu_second',
  agent_hour: 'agent_hour',
  compute_unit: 'compute_unit',
  credit: 'credit',
} as const satisfies Record<WorkMeter, string>;

function measureOf(meter: Meter): string | undefined {
  if (isTokenMeter(meter)) return 'token';
  return meter === 'request' || isToolMeter(meter) ? undefined : measures[meter];
}

interface Prices {
  has(meter: Meter): boolean;
}

/**
 * A tool always needs its own price. Work needs a price for the measure it is charged by, and then for all of that
 * measure; a price by request alone covers whatever the work was.
 */
export function unpricedOf(consumed: Iterable<Meter>, prices: Prices, byRequestAlone: boolean): readonly Meter[] {
  const meters = [...consumed];
  const missing = meters.filter((meter) => meter !== 'request' && !prices.has(meter));
  if (missing.length === 0) return missing;
  const chargedBy = new Set(meters.filter((meter) => prices.has(meter)).map(measureOf));
  chargedBy.delete(undefined);
  const covered = chargedBy.size > 0 || byRequestAlone;
  return missing.filter((meter) => isToolMeter(meter) || !covered || chargedBy.has(measureOf(meter)));
}

/** A price for the request, and none for what the request consumes, tools apart. */
export function isByRequestAlone(priced: Iterable<Meter>): boolean {
  const meters = [...priced];
  return meters.includes('request') && meters.every((meter) => measureOf(meter) === undefined);
}
