// The Interactions API: thoughts and tool results stand beside output and input, and the total has all of them.
import { Counts, isFields } from '#core/usage/counts.ts';
import { lastValues } from '#core/usage/last-values.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { eventsIn, partOrWhole } from '#core/usage/payload.ts';
import { tokenUsage } from '#core/usage/record.ts';
import { invalidUsage, missingUsage } from '#core/usage/usage.ts';
import { byModality } from './modalities.ts';

const normalizer = { id: 'gemini-interactions', version: '1' };

export const normalizeInteraction: Normalizer = (payload) => {
  const events = eventsIn(payload);
  const raw = events
    ? lastValues(events.filter(isFields).map((event) => partOrWhole(partOrWhole(event, 'interaction'), 'usage')))
    : partOrWhole(payload, 'usage');
  if (raw === undefined || raw === null) return { usage: missingUsage({ normalizer, raw: null }), facts: {} };
  if (!isFields(raw)) return { usage: invalidUsage({ normalizer, raw, flags: ['NO_USAGE_OBJECT'] }), facts: {} };
  const counts = new Counts();
  const [input, output] = [counts.read(raw, 'total_input_tokens'), counts.read(raw, 'total_output_tokens')];
  const thought = counts.readPart([raw, 'total_thought_tokens']);
  const tool = counts.readPart([raw, 'total_tool_use_tokens']);
  const total = counts.read(raw, 'total_tokens');
  const read = byModality(raw['input_tokens_by_modality'], input, counts);
  const cached = byModality(raw['cached_tokens_by_modality'], counts.read(raw, 'total_cached_tokens'), counts);
  const made = byModality(raw['output_tokens_by_modality'], output, counts);
  const usage = tokenUsage(
    {
      normalizer,
      raw,
      prompt: input === undefined ? undefined : input + tool,
      completion: output === undefined && thought === 0 ? undefined : (output ?? 0) + thought,
      promptParts: {
        cached_tokens: counts.readPart([raw, 'total_cached_tokens']),
        tool_tokens: tool,
        audio_tokens: read.audio,
        image_tokens: read.image,
        video_tokens: read.video,
        cached_audio_tokens: Math.min(cached.audio, read.audio),
        cached_image_tokens: Math.min(cached.image, read.image),
      },
      completionParts: {
        reasoning_tokens: thought,
        audio_tokens: made.audio,
        image_tokens: made.image,
        video_tokens: made.video,
      },
      reportedTotal: total,
    },
    counts,
  );
  return { usage, facts: {} };
};
