// Takes an inclusive record apart into leaf meters, so that each token is priced once.
import { parseDecimal, type Rational } from '#core/money/rational.ts';
import { isUnitMeter, type Meter, type TokenMeter } from './meter.ts';
import { type CacheLifetime, cacheLifetimes, type Usage } from './usage.ts';

/** `negative_remainder`: the parts are more than the whole. `negative_quantity`: something was consumed less than not at all. */
export type LeafProblem = 'negative_remainder' | 'negative_quantity';

export interface Leaves {
  /** Never zero, never negative. */
  readonly leaves: ReadonlyMap<Meter, Rational>;
  readonly problems: readonly LeafProblem[];
}

/** Anything that can say whether a meter has a price of its own. */
export type PricedMeters = Pick<ReadonlySet<Meter>, 'has'>;

/** A part leaves `input` or `output` only when it is priced apart, except what the cache did: that never falls back. */
export function leavesOf(usage: Usage, priced: PricedMeters): Leaves {
  const leaves = new Map<Meter, Rational>();
  const problems: LeafProblem[] = [];
  const promptFits = takePrompt(usage, priced, leaves);
  const completionFits = takeCompletion(usage, priced, leaves);
  if (!promptFits || !completionFits) problems.push('negative_remainder');
  if (usage.status !== 'not_billable' && usage.quantities?.request === undefined) leaves.set('request', one);
  if (usage.quantities !== undefined && !takeQuantities(usage.quantities, leaves)) problems.push('negative_quantity');
  return { leaves, problems };
}

const one: Rational = { numerator: 1n, denominator: 1n };

type Found = Map<Meter, Rational>;

function put(leaves: Found, meter: TokenMeter, tokens: number): void {
  if (tokens <= 0) return;
  const before = leaves.get(meter);
  const numerator = BigInt(tokens) + (before?.numerator ?? 0n);
  leaves.set(meter, { numerator, denominator: 1n });
}

function takePrompt(usage: Usage, priced: PricedMeters, leaves: Found): boolean {
  const details = usage.prompt_tokens_details;
  const read = usage.cache_read_input_tokens;
  const written = usage.cache_creation_input_tokens;
  if (details === undefined && read === 0 && written === 0) {
    put(leaves, 'input', usage.prompt_tokens);
    return true;
  }
  const { audio_tokens = 0, image_tokens = 0, video_tokens = 0 } = details ?? {};
  const { cached_audio_tokens = 0, cached_image_tokens = 0 } = details ?? {};
  const writesFit = takeWrites(usage, priced, leaves);

  const readAudio = priced.has('cache_read_audio') ? cached_audio_tokens : 0;
  const readImage = priced.has('cache_read_image') ? cached_image_tokens : 0;
  put(leaves, 'cache_read_audio', readAudio);
  put(leaves, 'cache_read_image', readImage);
  put(leaves, 'cache_read', read - readAudio - readImage);

  const audio = priced.has('input_audio') ? audio_tokens - cached_audio_tokens : 0;
  const image = priced.has('input_image') ? image_tokens - cached_image_tokens : 0;
  const video = priced.has('input_video') ? video_tokens : 0;
  put(leaves, 'input_audio', audio);
  put(leaves, 'input_image', image);
  put(leaves, 'input_video', video);

  const rest = usage.prompt_tokens - read - written - audio - image - video;
  put(leaves, 'input', rest);
  return writesFit && Math.min(rest, audio, image, read - readAudio - readImage) >= 0;
}

function takeWrites(usage: Usage, priced: PricedMeters, leaves: Found): boolean {
  let unknown = usage.cache_creation_input_tokens;
  for (const lifetime of cacheLifetimes) {
    const tokens = usage.cache_creation?.[lifetime] ?? 0;
    if (tokens === 0) continue;
    unknown -= tokens;
    put(leaves, writeMeterFor(lifetime, priced), tokens);
  }
  put(leaves, priced.has('cache_write') ? 'cache_write' : writeMeterFor('5m', priced), unknown);
  return unknown >= 0;
}

// Providers' default lifetimes are 5 and 30 minutes; a price that names no lifetime is for those. A longer one must be
// priced, or something still longer, since falling to a shorter one would charge too little.
function writeMeterFor(lifetime: CacheLifetime, priced: PricedMeters): TokenMeter {
  const own = `cache_write_${lifetime}` as const;
  if (priced.has(own)) return own;
  if ((lifetime === '5m' || lifetime === '30m') && priced.has('cache_write')) return 'cache_write';
  const longer = cacheLifetimes.slice(cacheLifetimes.indexOf(lifetime) + 1);
  const dearer = longer.map((each) => `cache_write_${each}` as const).find((meter) => priced.has(meter));
  return dearer ?? own;
}

function takeCompletion(usage: Usage, priced: PricedMeters, leaves: Found): boolean {
  const details = usage.completion_tokens_details;
  if (details === undefined) {
    put(leaves, 'output', usage.completion_tokens);
    return true;
  }
  const audio = priced.has('output_audio') ? (details.audio_tokens ?? 0) : 0;
  const image = priced.has('output_image') ? (details.image_tokens ?? 0) : 0;
  const video = priced.has('output_video') ? (details.video_tokens ?? 0) : 0;
  const reasoning = priced.has('reasoning') ? (details.reasoning_tokens ?? 0) : 0;
  const citation = priced.has('citation') ? (details.citation_tokens ?? 0) : 0;
  put(leaves, 'output_audio', audio);
  put(leaves, 'output_image', image);
  put(leaves, 'output_video', video);
  put(leaves, 'reasoning', reasoning);
  put(leaves, 'citation', citation);
  const rest = usage.completion_tokens - audio - image - video - reasoning - citation;
  put(leaves, 'output', rest);
  return rest >= 0;
}

function takeQuantities(quantities: NonNullable<Usage['quantities']>, leaves: Found): boolean {
  let fits = true;
  for (const [meter, text] of Object.entries(quantities)) {
    if (!isUnitMeter(meter)) continue;
    const quantity = parseDecimal(text);
    if (quantity.numerator < 0n) fits = false;
    if (quantity.numerator > 0n) leaves.set(meter, quantity);
  }
  return fits;
}
