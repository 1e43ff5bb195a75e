// The parts of a prompt and of a completion; a part that is nothing is left out.
import { type Counts, type Fields, partOf } from '#core/usage/counts.ts';
import { present } from '#core/usage/record.ts';
import type { CacheLifetime, CompletionTokensDetails, PromptTokensDetails } from '#core/usage/usage.ts';
import type { Said, Whole } from './usage-total.ts';

export interface Sources {
  readonly raw: Fields;
  readonly prompt: Fields;
  readonly completion: Fields;
}

export function sourcesIn(raw: Fields): Sources {
  return {
    raw,
    prompt: partOf(raw, 'prompt_tokens_details', 'input_tokens_details', 'prompt_token_details', 'input_token_details'),
    completion: partOf(raw, 'completion_tokens_details', 'output_tokens_details', 'output_token_details'),
  };
}

export function promptParts(
  sources: Sources,
  said: Said,
  whole: Whole,
  counts: Counts,
): PromptTokensDetails | undefined {
  const { prompt } = sources;
  const audio = counts.readPart([prompt, 'audio_tokens']);
  const image = counts.readPart([prompt, 'image_tokens']);
  const video = counts.readPart([prompt, 'video_tokens']);
  if (Math.max(audio, image, video) > whole.prompt) counts.refuse('PART_EXCEEDS_WHOLE');
  const cached = cachedParts(prompt, { ...said, audio, image, video }, whole, counts);
  return present({
    cached_tokens: said.cacheRead,
    cache_write_tokens: said.cacheWritten,
    audio_tokens: audio,
    image_tokens: image,
    video_tokens: video,
    cached_audio_tokens: cached.audio,
    cached_image_tokens: cached.image,
  });
}

interface Mixed extends Pick<Said, 'cacheRead' | 'cacheWritten'> {
  readonly audio: number;
  readonly image: number;
  readonly video: number;
}

// Cached audio stands among the audio and among the cached. Where the upstream does not say how much that is, it is at
// least what would otherwise be counted twice.
function cachedParts(prompt: Fields, mixed: Mixed, whole: Whole, counts: Counts) {
  const split = partOf(prompt, 'cached_tokens_details');
  const audio = counts.read(split, 'audio_tokens');
  const image = counts.read(split, 'image_tokens');
  if (audio !== undefined || image !== undefined) return { audio: audio ?? 0, image: image ?? 0 };
  const sum = mixed.audio + mixed.image + mixed.video + mixed.cacheRead + mixed.cacheWritten;
  const twice = sum - whole.prompt;
  if (twice <= 0 || mixed.cacheRead === 0) return { audio: 0, image: 0 };
  counts.flags.add('CACHED_MODALITY_INFERRED');
  const ofAudio = Math.min(twice, mixed.audio, mixed.cacheRead);
  return { audio: ofAudio, image: Math.min(twice - ofAudio, mixed.image, mixed.cacheRead - ofAudio) };
}

export function completionParts(
  { completion }: Sources,
  said: Said,
  whole: Whole,
  isImage: boolean,
  counts: Counts,
): CompletionTokensDetails | undefined {
  const audio = counts.readPart([completion, 'audio_tokens']);
  const text = counts.read(completion, 'text_tokens');
  // An image model that does not say what its output is made of has made images.
  const image = counts.read(completion, 'image_tokens') ?? (isImage && text === undefined ? whole.completion : 0);
  const video = counts.readPart([completion, 'video_tokens']);
  const accepted = counts.readPart([completion, 'accepted_prediction_tokens']);
  const rejected = counts.readPart([completion, 'rejected_prediction_tokens']);
  if (Math.max(audio, image, video, accepted, rejected) > whole.completion) counts.refuse('PART_EXCEEDS_WHOLE');
  return present({
    reasoning_tokens: whole.reasoning,
    audio_tokens: audio,
    image_tokens: image,
    video_tokens: video,
    citation_tokens: said.citation,
    accepted_prediction_tokens: accepted,
    rejected_prediction_tokens: rejected,
  });
}

/** How long what was written to the cache is kept, where the upstream says it. */
export function lifetimesOf(
  { raw, prompt }: Sources,
  { cacheWritten }: Said,
  counts: Counts,
): Partial<Record<CacheLifetime, number>> | undefined {
  if (cacheWritten === 0) return undefined;
  const ephemeral = 'cache_creation' in prompt ? partOf(prompt, 'cache_creation') : partOf(raw, 'cache_creation');
  const ttl = partOf(prompt, 'cache_write_tokens_details');
  const lifetimes = {
    '5m': counts.readPart([ephemeral, 'ephemeral_5m_input_tokens']),
    '30m': counts.readPart([ttl, 'ttl_30m_tokens']),
    '1h': counts.readPart([ephemeral, 'ephemeral_1h_input_tokens']),
    '12h': counts.readPart([ttl, 'ttl_12h_tokens']),
  };
  if (Object.values(lifetimes).reduce((sum, each) => sum + each, 0) > cacheWritten) counts.refuse('PART_EXCEEDS_WHOLE');
  return present(lifetimes);
}
