// A field of LiteLLM's cost map taken apart: what it prices, and under which conditions, which stand at its end.
import type { PriceCondition } from '#core/pricing/component.ts';
import type { Doubt } from '#core/price-sync/candidate.ts';
import type { Meter } from '#core/usage/meter.ts';
import { cacheWriteMeter, longPrompt } from '../meters-of-makers.ts';

export interface ModelPlace {
  readonly provider: string;
  readonly model: string;
  readonly mode: string;
}

export interface FieldMeaning {
  readonly meter: Meter;
  readonly when: PriceCondition;
  /** The point of the price: 6 for a price by pixel of a meter in megapixels. */
  readonly scale: number;
  readonly doubts: readonly Doubt[];
}

/** A sentence: why it cannot be said. */
export type FieldReading = FieldMeaning | { readonly why: string };

export function readFieldName(field: string, place: ModelPlace): FieldReading {
  let base = field;
  let when: PriceCondition = {};
  for (;;) {
    const suffix = suffixes.find(({ pattern }) => pattern.test(base));
    const found = suffix?.pattern.exec(base);
    if (!suffix || !found) break;
    when = { ...suffix.condition(found[1] ?? '', place), ...when };
    base = base.slice(0, found.index);
  }
  const meaning = meaningOf(base, place);
  if (meaning === undefined) return { why: 'no meter of ours counts it' };
  if ('why' in meaning) return meaning;
  const { scale = 0, doubts = [] } = meaning;
  return { meter: meaning.meter, when: { ...when, ...meaning.when }, scale, doubts };
}

interface Suffix {
  readonly pattern: RegExp;
  readonly condition: (matched: string, place: ModelPlace) => PriceCondition;
}

const suffixes: readonly Suffix[] = [
  {
    pattern: /_above_(\d+)k_tokens$/,
    condition: (thousands, { provider, model }) => longPrompt(provider, model, Number(`${thousands}000`)),
  },
  { pattern: /_(?:batches|batch_requests)$/, condition: () => ({ service_tier: ['batch'] }) },
  { pattern: /_(flex|priority)$/, condition: (tier) => ({ service_tier: [tier] }) },
  {
    pattern: /(?<=per_second)_(480p|720p|768p|1080p|2k|4k)$/,
    condition: (resolution) => ({ resolution: [resolution] }),
  },
  { pattern: /(?<=per_image)_(512|1024|1536)$/, condition: (size) => ({ size: [size] }) },
];

type Meaning =
  | {
      readonly meter: Meter;
      readonly when?: PriceCondition;
      readonly scale?: number;
      readonly doubts?: readonly Doubt[];
    }
  | { readonly why: string }
  | undefined;

const plain: Readonly<Record<string, Meter>> = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cache_read',
  input_cost_per_token_cache_hit: 'cache_read',
  cache_creation_input_token_cost_above_1hr: 'cache_write_1h',
  cache_read_input_audio_token_cost: 'cache_read_audio',
  cache_read_input_image_token_cost: 'cache_read_image',
  input_cost_per_audio_token: 'input_audio',
  output_cost_per_audio_token: 'output_audio',
  input_cost_per_image_token: 'input_image',
  output_cost_per_image_token: 'output_image',
  input_cost_per_video_token: 'input_video',
  output_cost_per_video_token: 'output_video',
  output_cost_per_reasoning_token: 'reasoning',
  citation_cost_per_token: 'citation',
  output_cost_per_video_per_second: 'video_second',
  input_cost_per_audio_per_second: 'audio_second_in',
  input_cost_per_request: 'request',
  ocr_cost_per_page: 'page',
  ocr_cost_per_credit: 'credit',
  file_search_cost_per_gb_per_day: 'gb_day',
  vector_store_cost_per_gb_per_day: 'gb_day',
  code_interpreter_cost_per_session: 'code_session',
};

function meaningOf(base: string, place: ModelPlace): Meaning {
  const meter = plain[base];
  return meter === undefined ? byMode[base]?.(place) : { meter };
}

const images: ReadonlySet<string> = new Set(['image_generation', 'image_edit']);

/** Fields that mean one thing for one kind of model and another for the next. */
const byMode: Readonly<Record<string, (place: ModelPlace) => Meaning>> = {
  cache_creation_input_token_cost: ({ provider, model }) => ({ meter: cacheWriteMeter(provider, model) }),
  input_cost_per_second: ({ mode }) =>
    mode === 'audio_transcription' ? { meter: 'audio_second_in' } : { why: 'time of a machine, not of a call' },
  output_cost_per_second({ mode }) {
    if (mode === 'audio_speech') return { meter: 'audio_second_out' };
    if (mode === 'video_generation') return { meter: 'video_second' };
    return { why: 'time of a machine, or of an output that has none' };
  },
  input_cost_per_character: ({ mode }) =>
    mode === 'audio_speech' ? { meter: 'character' } : { why: 'a second price of the same text, by character' },
  output_cost_per_character: () => ({ why: 'a second price of the same text, by character' }),
  output_cost_per_image: () => ({ meter: 'image' }),
  input_cost_per_image: ({ mode }) =>
    images.has(mode) ? { meter: 'image' } : { why: 'an image in the prompt, beside its tokens' },
  input_cost_per_pixel: ({ mode }) => (images.has(mode) ? byPixel : { why: 'pixels of a prompt' }),
  output_cost_per_pixel: ({ mode }) => (images.has(mode) ? byPixel : { why: 'pixels of a prompt' }),
  input_cost_per_query({ mode }) {
    if (mode === 'rerank') return { meter: 'search_unit' };
    return { meter: mode === 'search' || mode === 'vector_store' ? 'web_search_call' : 'request' };
  },
  file_search_cost_per_1k_calls: () => ({ meter: 'file_search_call', scale: -3 }),
};

const byPixel = { meter: 'megapixel', scale: 6, doubts: ['pixel_rate'] } as const satisfies Meaning;
