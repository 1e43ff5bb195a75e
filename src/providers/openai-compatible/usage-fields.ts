// Reads counts out of an upstream's usage object: what is absent stays absent, what cannot be true is remembered.

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of these that is an object; `null` and `{}` are as good as absent. */
export function partOf(fields: Fields, ...names: readonly string[]): Fields {
  for (const name of names) {
    const value = fields[name];
    if (isFields(value)) return value;
  }
  return noFields;
}

const noFields: Fields = {};

export class Counts {
  readonly flags = new Set<string>();
  /** Something was negative, fractional, beyond 2⁵³ or no number. */
  invalid = false;

  read(fields: Fields, name: string): number | undefined {
    const value = fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    this.invalid = true;
    return undefined;
  }

  /** One count in several places: the first that is there, and a flag when another disagrees. */
  readAny(...places: readonly (readonly [fields: Fields, name: string])[]): number | undefined {
    let found: number | undefined;
    for (const [fields, name] of places) {
      const value = this.read(fields, name);
      if (value !== undefined && found !== undefined && value !== found) this.flags.add('DUPLICATES_DISAGREE');
      found ??= value;
    }
    return found;
  }

  /** A part that is absent is none: the whole is told apart from its parts. */
  readPart(...places: readonly (readonly [fields: Fields, name: string])[]): number {
    return this.readAny(...places) ?? 0;
  }
}

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
