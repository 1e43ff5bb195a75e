import type { UsageShape } from './usage-shape.ts';
import { exclusive, inclusive } from './usage-shape.ts';

/** What the makers of models answer, each in its own words. */
export const usageShapesOfMakers = {
  // Types of the official openai SDK: cached ⊂ prompt, reasoning ⊂ completion.
  openai: {
    stream: 'when-asked',
    thinks: true,
    usage: (counts) => ({
      ...inclusive(counts),
      prompt_tokens_details: { cached_tokens: counts.cached, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: counts.reasoning,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    }),
  },
  // Test payloads of pydantic/genai-prices (deepseek-reasoner): prompt = hit + miss.
  deepseek: {
    stream: 'when-asked',
    thinks: true,
    usage: (counts) => ({
      ...inclusive(counts),
      prompt_tokens_details: { cached_tokens: counts.cached },
      completion_tokens_details: { reasoning_tokens: counts.reasoning },
      prompt_cache_hit_tokens: counts.cached,
      prompt_cache_miss_tokens: counts.prompt - counts.cached,
    }),
  },
  // Test payloads of pydantic/genai-prices (mistral-large-latest), where the cached are a field of their own.
  mistral: {
    stream: 'on-finish',
    thinks: false,
    usage: (counts) => ({ ...inclusive(counts), num_cached_tokens: counts.cached, prompt_audio_seconds: {} }),
  },
  // docs.x.ai, and a payload of 181 + 27 + 19 = 227: reasoning is outside completion and inside the total. A tick is
  // 1e-10 dollars; the prices are 0.20 in, 0.05 cached, 0.50 out per million.
  xai: {
    stream: 'when-asked',
    thinks: true,
    usage: (counts) => ({
      ...exclusive(counts),
      total_tokens: counts.prompt + counts.visible + counts.reasoning,
      prompt_tokens_details: {
        text_tokens: counts.prompt,
        audio_tokens: 0,
        image_tokens: 0,
        cached_tokens: counts.cached,
      },
      completion_tokens_details: {
        reasoning_tokens: counts.reasoning,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
      num_sources_used: 0,
      cost_in_usd_ticks:
        (counts.prompt - counts.cached) * 2000 + counts.cached * 500 + (counts.visible + counts.reasoning) * 5000,
    }),
  },
  // Payloads of Google's OpenAI-compatible endpoint (35 + 12 ≠ 109): the gap is thinking, billed as output.
  'gemini-openai-compat': {
    stream: 'on-every-chunk',
    thinks: true,
    usage: (counts) => ({
      ...exclusive(counts),
      total_tokens: counts.prompt + counts.visible + counts.reasoning,
    }),
  },
  // Fields of @ai-sdk/alibaba for the compatible mode: both cached and newly written ⊂ prompt.
  dashscope: {
    stream: 'when-asked',
    thinks: true,
    usage: (counts) => {
      const written = Math.floor((counts.prompt - counts.cached) / 2);
      return {
        ...inclusive(counts),
        prompt_tokens_details: {
          cached_tokens: counts.cached,
          cache_creation_input_tokens: written,
          cache_creation: { ephemeral_5m_input_tokens: written },
          cache_type: 'ephemeral',
          text_tokens: counts.prompt,
        },
        completion_tokens_details: { reasoning_tokens: counts.reasoning, text_tokens: counts.visible },
      };
    },
  },
  // Moonshot's documented stream: usage stands inside the last choice, cached at top level.
  moonshot: {
    stream: 'in-choice',
    thinks: false,
    usage: (counts) => ({ ...inclusive(counts), cached_tokens: counts.cached }),
  },
} satisfies Record<string, UsageShape>;
