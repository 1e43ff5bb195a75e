// The counts that upstreams of this dialect are known to report.
import type { Fields } from '#core/usage/counts.ts';

const knownTokenFields = new Set([
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'num_cached_tokens',
  'prompt_cache_hit_tokens',
  'prompt_cache_miss_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'reasoning_tokens',
  'citation_tokens',
  'image_tokens',
  'dram_cached_tokens',
  'sram_cached_tokens',
]);

const knownDetails = new Set([
  'cached_tokens',
  'cache_write_tokens',
  'cache_creation_input_tokens',
  'cache_creation_tokens',
  'text_tokens',
  'audio_tokens',
  'image_tokens',
  'video_tokens',
  'reasoning_tokens',
  'accepted_prediction_tokens',
  'rejected_prediction_tokens',
]);

/** A count that nobody reads may be one that is billed: `cache_write_tokens` came like that. */
export function hasUnknownCounts(sources: { raw: Fields; prompt: Fields; completion: Fields }): boolean {
  const { raw, prompt, completion } = sources;
  for (const name in raw) {
    if (name.includes('tokens') && typeof raw[name] === 'number' && !knownTokenFields.has(name)) return true;
  }
  return [prompt, completion].some((details) =>
    Object.entries(details).some(([name, value]) => typeof value === 'number' && !knownDetails.has(name)),
  );
}
