// Chat with the cache inside the prompt; the native endpoints repeat the tokens of images outside and inside.
import { type Fields, isFields, listOf, partOf } from '#core/usage/counts.ts';
import { lastValues } from '#core/usage/last-values.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, eventsIn, partOrWhole } from '#core/usage/payload.ts';
import type { Usage } from '#core/usage/usage.ts';
import { normalized, openAiNormalizer } from '../openai-compatible/normalizers.ts';

const modalities = ['image_tokens', 'audio_tokens', 'video_tokens'] as const;

export const normalizeNative: Normalizer = (payload) => {
  const events = eventsIn(payload);
  const raw = events
    ? lastValues(events.filter(isFields).map((event) => event['usage']))
    : partOrWhole(payload, 'usage');
  if (!isFields(raw)) return normalized(raw ?? null, bodyOf(payload), { endpoint: 'responses' });
  const { usage, facts } = normalized(inOnePlace(raw), bodyOf(payload), { endpoint: 'responses' });
  return { usage: { ...usage, flags: [...usage.flags, ...disagreements(raw, usage)], raw_usage: raw }, facts };
};

/** The details under one name, and nothing of them outside. */
function inOnePlace(raw: Fields): Fields {
  const { image_tokens, audio_tokens, video_tokens, prompt_tokens_details, x_details, plugins, ...rest } = raw;
  void [prompt_tokens_details, x_details, plugins];
  const input = { ...partOf(raw, 'prompt_tokens_details'), ...partOf(raw, 'input_tokens_details') };
  const outside = { image_tokens, audio_tokens, video_tokens };
  return { ...rest, input_tokens_details: { ...outside, ...input } };
}

function disagreements(raw: Fields, usage: Usage): readonly string[] {
  const input = partOf(raw, 'input_tokens_details');
  const differ = modalities.some(
    (name) => typeof raw[name] === 'number' && typeof input[name] === 'number' && raw[name] !== input[name],
  );
  const details = listOf(raw['x_details']);
  const total = details.length === 1 ? details[0]?.['total_tokens'] : undefined;
  const disagrees = differ || (typeof total === 'number' && total !== usage.total_tokens);
  return disagrees && !usage.flags.includes('DUPLICATES_DISAGREE') ? ['DUPLICATES_DISAGREE'] : [];
}

export const normalizeChat = openAiNormalizer({ endpoint: 'chat' });
