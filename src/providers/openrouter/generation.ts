// What is asked for later by the id of an answer: the counts of the model's own tokenizer, and the cost.
import { Counts, partOf } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { tokenUsage } from '#core/usage/record.ts';

/** The other counts, `tokens_prompt` and the like, are of one tokenizer for all models, and are not billed. */
const normalizeGeneration: Normalizer = (payload) => {
  const body = bodyOf(payload);
  const raw = 'data' in body ? partOf(body, 'data') : body;
  const counts = new Counts();
  const cost = decimalOf(raw['total_cost']);
  const usage = tokenUsage(
    {
      normalizer: { id: 'openrouter-generation', version: '1' },
      raw: payload,
      prompt: counts.read(raw, 'native_tokens_prompt'),
      completion: counts.read(raw, 'native_tokens_completion'),
      promptParts: { cached_tokens: counts.readPart([raw, 'native_tokens_cached']) },
      completionParts: {
        reasoning_tokens: counts.readPart([raw, 'native_tokens_reasoning']),
        image_tokens: counts.readPart([raw, 'native_tokens_completion_images']),
      },
      cost: cost === undefined ? undefined : { amount: cost, currency: 'USD', basis: 'total_cost' },
    },
    counts,
  );
  return { usage, facts: {} };
};

export const openRouterNormalizers: Readonly<Record<string, Normalizer>> = {
  'openrouter.generation': normalizeGeneration,
};
