import type { Counts, UsageObject, UsageShape } from './usage-shape.ts';
import { exclusive, inclusive } from './usage-shape.ts';

/** What those answer who serve other makers' models. */
export const usageShapesOfHosts = {
  // Test payloads of pydantic/genai-prices (openai/gpt-oss-120b on Groq). Its times are fractions of a second.
  groq: {
    stream: 'when-asked-and-x-groq',
    thinks: true,
    usage: (counts) => ({
      queue_time: 0.005052002,
      ...inclusive(counts),
      prompt_time: 0.56585145,
      completion_time: 0.574329735,
      total_time: 1.140181185,
      prompt_tokens_details: { cached_tokens: counts.cached },
      completion_tokens_details: { reasoning_tokens: counts.reasoning },
    }),
  },
  // Test payloads of pydantic/genai-prices (openai/gpt-4o-mini): details ⊂ headline, and a bill beside them, which is a
  // JSON float. The prices are 0.15 in, 0.075 cached, 0.60 out per million.
  openrouter: {
    stream: 'when-asked',
    thinks: true,
    usage: openrouterUsage,
  },
  // Test payloads of pydantic/genai-prices (deepseek-ai/DeepSeek-R1 on Together): null until the last chunk.
  together: {
    stream: 'on-finish-else-null',
    thinks: false,
    usage: (counts) => ({ ...inclusive(counts), cached_tokens: counts.cached }),
  },
  // The same field, from another host.
  fireworks: {
    stream: 'when-asked',
    thinks: false,
    usage: (counts) => ({ ...inclusive(counts), cached_tokens: counts.cached }),
  },
  // Perplexity's documented sonar-deep-research: reasoning and citations are billed beside the total. The prices are
  // 2 in, 8 out, 2 for citations, 3 for reasoning per million, and 5 per thousand searches.
  perplexity: {
    stream: 'on-every-chunk',
    thinks: true,
    usage: perplexityUsage,
  },
} satisfies Record<string, UsageShape>;

function openrouterUsage(counts: Counts): UsageObject {
  const promptPico = (counts.prompt - counts.cached) * 150_000 + counts.cached * 75_000;
  const completionPico = (counts.visible + counts.reasoning) * 600_000;
  return {
    ...inclusive(counts),
    cost: dollars(promptPico + completionPico),
    is_byok: false,
    prompt_tokens_details: {
      cached_tokens: counts.cached,
      cache_write_tokens: 0,
      audio_tokens: 0,
      video_tokens: 0,
    },
    cost_details: {
      upstream_inference_cost: dollars(promptPico + completionPico),
      upstream_inference_prompt_cost: dollars(promptPico),
      upstream_inference_completions_cost: dollars(completionPico),
    },
    completion_tokens_details: { reasoning_tokens: counts.reasoning, image_tokens: 0, audio_tokens: 0 },
  };
}

function perplexityUsage(counts: Counts): UsageObject {
  const citations = counts.visible * 2;
  const searches = 3;
  const pico = {
    input: counts.prompt * 2_000_000,
    output: counts.visible * 8_000_000,
    citation: citations * 2_000_000,
    reasoning: counts.reasoning * 3_000_000,
    search: searches * 5_000_000_000,
  };
  return {
    ...exclusive(counts),
    search_context_size: 'low',
    citation_tokens: citations,
    num_search_queries: searches,
    reasoning_tokens: counts.reasoning,
    cost: {
      input_tokens_cost: dollars(pico.input),
      output_tokens_cost: dollars(pico.output),
      citation_tokens_cost: dollars(pico.citation),
      reasoning_tokens_cost: dollars(pico.reasoning),
      search_queries_cost: dollars(pico.search),
      total_cost: dollars(pico.input + pico.output + pico.citation + pico.reasoning + pico.search),
    },
  };
}

// A float, because that is what stands on the wire; whole picodollars make it the nearest one to the true decimal.
function dollars(pico: number): number {
  return pico / 1e12;
}
