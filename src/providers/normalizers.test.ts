import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalOf } from '#core/usage/exact-json.ts';
import type { Usage } from '#core/usage/usage.ts';
import { normalizePayload, normalizerOf, shapeNames } from './normalizers.ts';
import { shapeOf } from './shape.ts';

/** Names under which providers report, at any depth. */
const names = [
  'usage',
  'usageMetadata',
  'meta',
  'metadata',
  'metrics',
  'headers',
  'events',
  'data',
  'output',
  'response',
  'message',
  'type',
  'status',
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'prompt_tokens_details',
  'completion_tokens_details',
  'cached_tokens',
  'audio_tokens',
  'image_tokens',
  'reasoning_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
  'cache_creation',
  'ephemeral_1h_input_tokens',
  'iterations',
  'model',
  'promptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'totalTokenCount',
  'cachedContentTokenCount',
  'promptTokensDetails',
  'cacheTokensDetails',
  'modality',
  'tokenCount',
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cacheReadInputTokens',
  'cacheDetails',
  'billed_units',
  'search_units',
  'pages_processed',
  'seconds',
  'duration',
  'image_count',
  'SR',
  'predict_time',
  'cost',
  'credits',
  'final_unit_deduction',
  'input_mp',
  'output_mp',
  'generated_images',
  'usage_breakdown',
  'models',
  'predictions',
  'ttl',
] as const;

const odd = fc.oneof(
  fc.nat({ max: 400 }),
  fc.constantFrom(null, -1, 0.5, '7', '-3', 'failed', 'message', 'AUDIO', Number.NaN, 2 ** 53, 1e300, true, '', '1h'),
);
const payload = fc.letrec<{ any: unknown; object: object }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    odd,
    odd,
    tie('object'),
    fc.array(tie('any'), { maxLength: 3 }),
  ),
  object: fc.dictionary(fc.constantFrom(...names), tie('any'), { maxKeys: 7 }),
}));

/** What holds of every record, whatever was sent. */
function expectWhole(usage: Usage): void {
  expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  expect(Number.isSafeInteger(usage.total_tokens)).toBe(true);
  expect(usage.cache_read_input_tokens + usage.cache_creation_input_tokens).toBeLessThanOrEqual(usage.prompt_tokens);
  for (const part of Object.values(usage.prompt_tokens_details ?? {}))
    expect(part).toBeLessThanOrEqual(usage.prompt_tokens);
  for (const part of Object.values(usage.completion_tokens_details ?? {})) {
    expect(part).toBeLessThanOrEqual(usage.completion_tokens);
  }
  const kept = Object.values(usage.cache_creation ?? {}).reduce((sum, part) => sum + part, 0);
  expect(kept).toBeLessThanOrEqual(usage.cache_creation_input_tokens);
  for (const quantity of Object.values(usage.quantities ?? {})) {
    expect(decimalOf(quantity)).toBe(quantity);
    expect(quantity).not.toMatch(/^-/);
  }
  if (usage.status === 'invalid' || usage.status === 'missing') expect(usage.total_tokens).toBe(0);
  if (usage.status === 'invalid') expect(usage.flags).not.toEqual([]);
  for (const sub of usage.sub_usages ?? []) expectWhole(sub.usage);
}

describe('whatever a provider sends', () => {
  test.each(shapeNames)('%s becomes a record that adds up, or says that it is none', (shape) => {
    const normalize = normalizerOf(shape);
    const asked = fc.record(
      {
        results: fc.nat({ max: 5 }),
        characters: fc.nat({ max: 500 }),
        seconds: fc.constantFrom('5', '2.5'),
        creditsPerResult: fc.constant('6.5'),
        unit: fc.constantFrom('clip', 'credit', 'second', 'character'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(payload.any, asked, (each, context) => {
        const before = JSON.stringify(each);
        const normalized = normalize?.(each, context);
        expect(normalized).toBeDefined();
        if (normalized) expectWhole(normalized.usage);
        expect(JSON.stringify(each)).toBe(before);
      }),
      { numRuns: 150 },
    );
  });

  test('is known by its words, or not at all', () => {
    const seen = new Set<string | undefined>();
    fc.assert(
      fc.property(payload.object, (each) => {
        const recognized = normalizePayload(each, {});
        seen.add(recognized?.shape);
        expect(recognized?.shape).toBe(shapeOf(each));
        if (recognized) expectWhole(recognized.usage);
      }),
      { numRuns: 3000 },
    );
    expect(seen.size).toBeGreaterThan(10);
  });
});

interface Stream {
  readonly shape: string;
  /** Of growing counts: how the event with the given one looks. */
  readonly begun: (prompt: number) => readonly object[];
  readonly event: (prompt: number, output: number) => object;
}

const streams: readonly Stream[] = [
  {
    shape: 'openai.chat.stream',
    begun: () => [{ choices: [{ delta: { content: 'x' } }], usage: null }],
    event: (prompt, output) => ({
      choices: [],
      usage: { prompt_tokens: prompt, completion_tokens: output, total_tokens: prompt + output },
    }),
  },
  {
    shape: 'groq.chat.stream',
    begun: () => [{ choices: [] }],
    event: (prompt, output) => ({
      choices: [],
      x_groq: { usage: { prompt_tokens: prompt, completion_tokens: output, total_tokens: prompt + output } },
    }),
  },
  {
    shape: 'anthropic.messages.stream',
    begun: (prompt) => [
      {
        type: 'message_start',
        message: { usage: { input_tokens: prompt, output_tokens: 1, cache_read_input_tokens: 3 } },
      },
    ],
    event: (prompt, output) => ({ type: 'message_delta', usage: { input_tokens: prompt, output_tokens: output + 1 } }),
  },
  {
    shape: 'gemini.generate.stream',
    begun: (prompt) => [{ usageMetadata: { promptTokenCount: prompt, totalTokenCount: prompt } }],
    event: (prompt, output) => ({
      usageMetadata: {
        promptTokenCount: prompt,
        candidatesTokenCount: output,
        thoughtsTokenCount: output,
        totalTokenCount: prompt + 2 * output,
      },
    }),
  },
  {
    shape: 'bedrock.converse.stream',
    begun: () => [{ messageStart: { role: 'assistant' } }],
    event: (prompt, output) => ({
      metadata: { usage: { inputTokens: prompt, outputTokens: output, totalTokens: prompt + output } },
    }),
  },
  {
    shape: 'cohere.v2.chat.stream',
    begun: () => [{ type: 'message-start' }],
    event: (prompt, output) => ({
      type: 'message-end',
      delta: { usage: { billed_units: { input_tokens: prompt, output_tokens: output } } },
    }),
  },
  {
    shape: 'openai.responses.stream',
    begun: () => [{ type: 'response.created', response: { usage: null } }],
    event: (prompt, output) => ({
      type: 'response.completed',
      response: { usage: { input_tokens: prompt, output_tokens: output, total_tokens: prompt + output } },
    }),
  },
  {
    shape: 'openai.realtime',
    begun: () => [{ type: 'session.created', session: {} }],
    event: (prompt, output) => ({
      type: 'response.done',
      response: { usage: { input_tokens: prompt, output_tokens: output, total_tokens: prompt + output } },
    }),
  },
  {
    shape: 'ollama.chat.stream',
    begun: () => [{ done: false }],
    event: (prompt, output) => ({ done: true, prompt_eval_count: prompt, eval_count: output }),
  },
];

test.each(streams)('$shape, cut anywhere, never yields more than the whole', ({ shape, begun, event }) => {
  const normalize = normalizerOf(shape);
  const counts = fc.tuple(fc.nat({ max: 5000 }), fc.array(fc.nat({ max: 900 }), { minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(counts, ([prompt, steps]) => {
      let output = 0;
      const events = [...begun(prompt), ...steps.map((step) => event(prompt, (output += step)))];
      const totals = events.map(
        (_, index) => normalize?.({ events: events.slice(0, index + 1) }, {}).usage.total_tokens,
      );
      expect(totals.at(-1)).toBeGreaterThanOrEqual(prompt);
      expect(totals).toEqual(totals.toSorted((left = 0, right = 0) => left - right));
    }),
    { numRuns: 60 },
  );
});

describe('a shape', () => {
  test('is found by its name, with or without what follows it', () => {
    for (const name of shapeNames) {
      expect(normalizerOf(name)).toBeDefined();
      expect(normalizerOf(`${name}.stream`)).toBeDefined();
    }
    expect(normalizerOf('smoke.signals')).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['anthropic.messages', { usage: { input_tokens: 1, output_tokens: 2 } }],
    ['anthropic.messages', { type: 'message_delta', usage: { output_tokens: 2 } }],
    ['openai.responses', { usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 } }],
    ['openai.realtime', { type: 'response.done', response: { usage: {} } }],
    ['openai.images', { data: [], usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 } }],
    ['openai.transcription', { text: 'x', usage: { type: 'duration', seconds: 3 } }],
    ['openai.video', { object: 'video', status: 'completed', seconds: '8' }],
    ['openai.embeddings', { data: [], usage: { prompt_tokens: 4, total_tokens: 4 } }],
    ['xai.chat', { usage: { prompt_tokens: 1, completion_tokens: 2, num_sources_used: 0 } }],
    ['groq.chat', { usage: { prompt_tokens: 1, completion_tokens: 2, queue_time: 0.1 } }],
    ['deepseek.chat', { usage: { prompt_tokens: 1, completion_tokens: 2, prompt_cache_hit_tokens: 0 } }],
    ['perplexity.chat', { usage: { prompt_tokens: 1, completion_tokens: 2, search_context_size: 'low' } }],
    ['openrouter.chat', { usage: { prompt_tokens: 1, completion_tokens: 2, is_byok: false } }],
    ['mistral.ocr', { usage_info: { pages_processed: 1 } }],
    ['bedrock.converse', { usage: { inputTokens: 1, outputTokens: 2 } }],
    ['cohere.meta', { meta: { billed_units: { search_units: 1 } } }],
    ['gemini.live', { usageMetadata: { promptTokenCount: 1, responseTokenCount: 2 } }],
    ['ollama.chat', { prompt_eval_count: 1, eval_count: 2 }],
    ['deepgram.listen', { metadata: { duration: 1.5, channels: 1 } }],
    ['kling.task', { data: { final_unit_deduction: '1' } }],
    ['replicate.prediction', { metrics: { predict_time: 1.5 } }],
    ['fal.result', { headers: { 'X-Fal-Billable-Units': ['2.1'] } }],
    ['openai.chat', { choices: [], usage: null }],
  ])('%s is known by its words', (shape, body) => {
    expect(shapeOf(body)).toBe(shape);
  });

  test.each([[null], [7], ['x'], [{}], [[]], [{ choices: [] }], [{ usage: { smoke: 3 } }]])(
    '%j is none that is known',
    (body) => {
      expect(normalizePayload(body, {})).toBeUndefined();
    },
  );
});
