// Counts without a usage object. The prompt's may be left out when it came from the cache: unknown, not none.
import { Counts, isFields } from '#core/usage/counts.ts';
import { lastValues } from '#core/usage/last-values.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, eventsIn } from '#core/usage/payload.ts';
import { tokenUsage } from '#core/usage/record.ts';

const normalizeChat: Normalizer = (payload) => {
  const events = eventsIn(payload);
  const raw = events ? (lastValues(events) ?? {}) : bodyOf(payload);
  const counts = new Counts();
  const prompt = counts.read(raw, 'prompt_eval_count');
  const generated = counts.read(raw, 'eval_count');
  const embedded = isFields(payload) && ('embeddings' in payload || 'embedding' in payload);
  const completion = generated ?? (embedded && prompt !== undefined ? 0 : undefined);
  const normalizer = { id: 'ollama', version: '1' };
  return { usage: tokenUsage({ normalizer, raw, prompt, completion }, counts), facts: {} };
};

export const ollamaNormalizers: Readonly<Record<string, Normalizer>> = { 'ollama.chat': normalizeChat };
