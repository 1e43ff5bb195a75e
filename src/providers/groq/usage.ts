// Chat as others have it; a compound system says which of its models did how much.
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { eventsIn } from '#core/usage/payload.ts';
import { sumOfUsages } from '#core/usage/sum.ts';
import type { Usage } from '#core/usage/usage.ts';
import { openAiNormalizer } from '../openai-compatible/normalizers.ts';
import { normalizeOpenAiUsage } from '../openai-compatible/usage.ts';

const normalizeTokens = openAiNormalizer({ endpoint: 'chat' });

const normalizeChat: Normalizer = (payload, asked) => {
  const { usage, facts } = normalizeTokens(payload, asked);
  const chunks = (eventsIn(payload) ?? [payload]).filter(isFields);
  const breakdown = chunks.map(breakdownIn).findLast((models) => models.length > 0);
  return { usage: breakdown === undefined ? usage : byModel(usage, breakdown), facts };
};

function breakdownIn(chunk: Fields): readonly Fields[] {
  const own = listOf(partOf(chunk, 'usage_breakdown')['models']);
  return own.length > 0 ? own : listOf(partOf(partOf(chunk, 'x_groq'), 'usage_breakdown')['models']);
}

/** The whole is what its models add up to: each is priced by its own name, and the system itself has no tokens left. */
function byModel(whole: Usage, models: readonly Fields[]): Usage {
  if (whole.status !== 'reported') return whole;
  const subs = models.map((each) => ({
    model: wordOf(each, 'model') ?? 'unknown',
    usage: normalizeOpenAiUsage(each['usage'] ?? null, { endpoint: 'chat' }),
  }));
  const { normalizer, raw_usage: raw } = whole;
  const sum = sumOfUsages(
    subs.map((sub) => sub.usage),
    { normalizer, raw },
  );
  const addsUp = sum.prompt_tokens === whole.prompt_tokens && sum.completion_tokens === whole.completion_tokens;
  if (!addsUp) return { ...whole, flags: [...whole.flags, 'BREAKDOWN_DISAGREES'] };
  const nothing = normalizeOpenAiUsage(
    { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    { endpoint: 'chat' },
  );
  return {
    ...nothing,
    flags: [...whole.flags],
    raw_usage: raw,
    reported_total_tokens: whole.total_tokens,
    sub_usages: subs,
  };
}

export const groqNormalizers: Readonly<Record<string, Normalizer>> = { 'groq.chat': normalizeChat };
