// The counts that a message and each of its iterations have in common.
import { type Counts, type Fields, partOf } from '#core/usage/counts.ts';

export interface Side {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly read: number;
  readonly written: number;
  readonly lifetimes: Readonly<Record<'5m' | '1h', number>>;
}

/** What is written to the cache without a word about its lifetime is kept five minutes. */
export function sideOf(raw: Fields, counts: Counts): Side {
  const kept = partOf(raw, 'cache_creation');
  const long = counts.readPart([kept, 'ephemeral_1h_input_tokens']);
  const short = counts.readPart([kept, 'ephemeral_5m_input_tokens']);
  const written = counts.read(raw, 'cache_creation_input_tokens') ?? long + short;
  return {
    input: counts.read(raw, 'input_tokens'),
    output: counts.read(raw, 'output_tokens'),
    read: counts.readPart([raw, 'cache_read_input_tokens']),
    written,
    lifetimes: { '5m': short + Math.max(0, written - long - short), '1h': long },
  };
}
