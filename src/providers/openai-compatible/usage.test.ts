// Long, because every habit of an upstream is a case of its own.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Usage } from '#core/usage/usage.ts';
import { normalizeOpenAiUsage } from './usage.ts';

const chat = (raw: unknown) => normalizeOpenAiUsage(raw, { endpoint: 'chat' });

/** The parts that a case is about; `undefined` must be absent. */
function expectUsage(usage: Usage, expected: Readonly<Partial<Usage>>): void {
  expect(usage).toMatchObject(expected);
  expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  expect(usage.flags).toEqual(expected.flags ?? []);
}

describe('a plain answer', () => {
  test('is taken as it stands, with its raw words', () => {
    const raw = { prompt_tokens: 634, completion_tokens: 106, total_tokens: 740 };
    expect(chat(raw)).toEqual({
      usage_unit: 'token',
      usage_quantity: '740',
      prompt_tokens: 634,
      completion_tokens: 106,
      total_tokens: 740,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
      status: 'reported',
      flags: [],
      normalizer: { id: 'openai-compatible', version: '1' },
      raw_usage: raw,
    });
    expect(chat(raw).raw_usage).toBe(raw);
  });

  test.each([
    [null, null],
    [{}, null],
  ])('with details %j and %j is the same', (prompt_tokens_details, completion_tokens_details) => {
    const raw = {
      prompt_tokens: 1,
      completion_tokens: 2,
      total_tokens: 3,
      prompt_tokens_details,
      completion_tokens_details,
    };
    expectUsage(chat(raw), { prompt_tokens: 1, completion_tokens: 2, status: 'reported' });
    expect(chat(raw).prompt_tokens_details).toBeUndefined();
  });

  test('of a thousand million tokens is exact', () => {
    const raw = { prompt_tokens: 3_000_000_000, completion_tokens: 3_000_000_000, total_tokens: 6_000_000_000 };
    expectUsage(chat(raw), { total_tokens: 6_000_000_000, usage_quantity: '6000000000' });
  });

  test('with doubles that are whole is counted', () => {
    const raw = JSON.parse('{"prompt_tokens":431.0,"completion_tokens":661.0,"total_tokens":1092.0}') as unknown;
    expectUsage(chat(raw), { prompt_tokens: 431, completion_tokens: 661 });
  });

  test('of embeddings has no output', () => {
    const usage = normalizeOpenAiUsage({ prompt_tokens: 4, total_tokens: 4 }, { endpoint: 'embeddings' });
    expectUsage(usage, { prompt_tokens: 4, completion_tokens: 0, status: 'reported' });
    expectUsage(normalizeOpenAiUsage({ total_tokens: 7 }, { endpoint: 'embeddings' }), {
      prompt_tokens: 7,
      status: 'reported',
    });
  });

  test('in the words of the responses endpoint means the same', () => {
    const raw = {
      input_tokens: 1000,
      input_tokens_details: {
        cached_tokens: 200,
        cache_write_tokens: 100,
        cache_write_tokens_details: { ttl_30m_tokens: 60, ttl_12h_tokens: 40 },
      },
      output_tokens: 300,
      output_tokens_details: { reasoning_tokens: 120 },
      total_tokens: 1300,
    };
    expectUsage(normalizeOpenAiUsage(raw, { endpoint: 'responses' }), {
      prompt_tokens: 1000,
      completion_tokens: 300,
      prompt_tokens_details: { cached_tokens: 200, cache_write_tokens: 100 },
      completion_tokens_details: { reasoning_tokens: 120 },
      cache_creation: { '30m': 60, '12h': 40 },
      cache_creation_input_tokens: 100,
    });
  });
});

describe('cached tokens are found where each upstream puts them', () => {
  const counts = { prompt_tokens: 2006, completion_tokens: 300, total_tokens: 2306 };
  test.each([
    ['in the details', { prompt_tokens_details: { cached_tokens: 1920 } }],
    ['at top level', { cached_tokens: 1920 }],
    ['under an older name', { num_cached_tokens: 1920 }],
    ['as hit and miss', { prompt_cache_hit_tokens: 1920, prompt_cache_miss_tokens: 86 }],
    [
      'twice',
      { prompt_tokens_details: { cached_tokens: 1920 }, prompt_cache_hit_tokens: 1920, prompt_cache_miss_tokens: 86 },
    ],
    [
      'beside its hardware',
      { prompt_tokens_details: { cached_tokens: 1920 }, dram_cached_tokens: 1024, sram_cached_tokens: 9 },
    ],
    ['as a gateway adds it', { cache_read_input_tokens: 1920, cache_creation_input_tokens: 0 }],
  ])('%s', (_where, more) => {
    expectUsage(chat({ ...counts, ...more }), {
      prompt_tokens: 2006,
      completion_tokens: 300,
      cache_read_input_tokens: 1920,
      prompt_tokens_details: { cached_tokens: 1920 },
    });
  });

  test.each([
    { prompt_tokens_details: { cached_tokens: 1920 }, cached_tokens: 1919 },
    { prompt_cache_hit_tokens: 1920, prompt_cache_miss_tokens: 85 },
  ])('two that disagree are flagged: %j', (more) => {
    expectUsage(chat({ ...counts, ...more }), { cache_read_input_tokens: 1920, flags: ['DUPLICATES_DISAGREE'] });
  });

  test('and what was written, with its lifetime', () => {
    const details = {
      cached_tokens: 100,
      cache_creation_input_tokens: 40,
      cache_creation: { ephemeral_5m_input_tokens: 40 },
      cache_type: 'ephemeral',
      text_tokens: 181,
    };
    expectUsage(
      chat({ prompt_tokens: 181, completion_tokens: 46, total_tokens: 227, prompt_tokens_details: details }),
      {
        prompt_tokens: 181,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 40,
        cache_creation: { '5m': 40 },
      },
    );
  });
});

describe('the total decides what the words mean', () => {
  test('thinking that is hidden is output: 35 + 12 of 109', () => {
    expectUsage(chat({ prompt_tokens: 35, completion_tokens: 12, total_tokens: 109 }), {
      prompt_tokens: 35,
      completion_tokens: 74,
      completion_tokens_details: { reasoning_tokens: 62 },
      flags: ['HIDDEN_OUTPUT_TOKENS'],
    });
  });

  test('reasoning may stand outside completion: 181 + 27 + 19 are 227', () => {
    const raw = {
      prompt_tokens: 181,
      completion_tokens: 27,
      total_tokens: 227,
      completion_tokens_details: { reasoning_tokens: 19 },
    };
    expectUsage(chat(raw), { completion_tokens: 46, completion_tokens_details: { reasoning_tokens: 19 } });
  });

  test('or inside it: 13 + 369, of which 366, are 382', () => {
    const raw = {
      prompt_tokens: 13,
      completion_tokens: 369,
      total_tokens: 382,
      completion_tokens_details: { reasoning_tokens: 366 },
    };
    expectUsage(chat(raw), { completion_tokens: 369, completion_tokens_details: { reasoning_tokens: 366 } });
  });

  test('the cache may stand outside the prompt, read and written', () => {
    const raw = {
      prompt_tokens: 3,
      completion_tokens: 44,
      total_tokens: 11_514,
      cache_read_input_tokens: 9511,
      cache_creation_input_tokens: 1956,
    };
    expectUsage(chat(raw), { prompt_tokens: 11_470, completion_tokens: 44, total_tokens: 11_514 });
    const withThinking = { ...raw, total_tokens: 11_533, completion_tokens_details: { reasoning_tokens: 19 } };
    expectUsage(chat(withThinking), { prompt_tokens: 11_470, completion_tokens: 63 });
  });

  test('what is a detail of the prompt stays inside it, though the gap be as large', () => {
    const raw = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 160,
      prompt_tokens_details: { cached_tokens: 10 },
    };
    expectUsage(chat(raw), { prompt_tokens: 100, completion_tokens: 60, flags: ['HIDDEN_OUTPUT_TOKENS'] });
  });

  test('two meanings that fit alike are flagged', () => {
    const raw = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 160,
      cache_read_input_tokens: 10,
      completion_tokens_details: { reasoning_tokens: 10 },
    };
    expectUsage(chat(raw), { completion_tokens: 60, flags: ['AMBIGUOUS_TOTAL'] });
  });

  test('cached beyond the prompt is beside it where that is the habit, even against the total', () => {
    const raw = {
      prompt_tokens: 10,
      completion_tokens: 27,
      total_tokens: 56,
      prompt_tokens_details: { cached_tokens: 100, text_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 19 },
      num_sources_used: 0,
    };
    expectUsage(chat(raw), {
      prompt_tokens: 110,
      completion_tokens: 46,
      reported_total_tokens: 56,
      flags: ['CACHE_OUTSIDE_PROMPT'],
    });
  });

  test('a smaller one explains nothing: it is kept and flagged', () => {
    expectUsage(chat({ prompt_tokens: 100, completion_tokens: 50, total_tokens: 149 }), {
      prompt_tokens: 100,
      completion_tokens: 50,
      reported_total_tokens: 149,
      flags: ['TOTAL_MISMATCH'],
    });
  });

  test('reasoning and citations that are billed beside the total are output', () => {
    const raw = {
      prompt_tokens: 33,
      completion_tokens: 7163,
      total_tokens: 7196,
      citation_tokens: 20_016,
      num_search_queries: 30,
      reasoning_tokens: 73_997,
      search_context_size: 'low',
    };
    expectUsage(chat(raw), {
      completion_tokens: 101_176,
      completion_tokens_details: { reasoning_tokens: 73_997, citation_tokens: 20_016 },
      quantities: { web_search_call: '30' },
      reported_total_tokens: 7196,
      flags: ['ADDITIVE_OUTPUT_TOKENS'],
    });
  });

  test('a search that its request fee pays is not counted again', () => {
    const raw = {
      prompt_tokens: 10,
      completion_tokens: 20,
      total_tokens: 30,
      search_context_size: 'low',
      num_search_queries: 1,
    };
    expectUsage(chat(raw), { total_tokens: 30 });
    expect(chat(raw).quantities).toBeUndefined();
  });
});

describe('missing is not zero', () => {
  test.each([
    undefined,
    null,
    {},
    { prompt_tokens: null, completion_tokens: null, total_tokens: null },
    { total_time: 1.5 },
  ])('%j is missing', (raw) => {
    expectUsage(chat(raw), { status: 'missing', total_tokens: 0 });
  });

  test('zero is not missing', () => {
    expectUsage(chat({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }), { status: 'reported' });
  });

  test('one of three follows from the other two', () => {
    expectUsage(chat({ prompt_tokens: 10, total_tokens: 30 }), { completion_tokens: 20, status: 'reported' });
    expectUsage(chat({ completion_tokens: 20, total_tokens: 30 }), { prompt_tokens: 10, status: 'reported' });
    expectUsage(chat({ prompt_tokens: 10, completion_tokens: 20 }), { total_tokens: 30, status: 'reported' });
  });

  test('one of two is a part, and says what is not there', () => {
    expectUsage(chat({ prompt_tokens: 10 }), {
      prompt_tokens: 10,
      status: 'partial',
      flags: ['COMPLETION_TOKENS_MISSING'],
    });
    expectUsage(chat({ completion_tokens: 20 }), {
      completion_tokens: 20,
      status: 'partial',
      flags: ['PROMPT_TOKENS_MISSING'],
    });
  });
});

describe('what cannot be true is invalid, and keeps its words', () => {
  const counts = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 };
  test.each<[string, unknown]>([
    ['a negative count', { ...counts, prompt_tokens: -1 }],
    ['a fraction', { ...counts, completion_tokens: 50.5 }],
    ['no number', { ...counts, total_tokens: Number.NaN }],
    ['more than 2⁵³', { ...counts, prompt_tokens: 2 ** 53 }],
    ['a sum beyond 2⁵³', { prompt_tokens: 2 ** 52, completion_tokens: 2 ** 52 }],
    ['text for a count', { ...counts, prompt_tokens: '100' }],
    ['a list', [counts]],
    ['a word', 'unknown'],
    ['a negative detail', { ...counts, prompt_tokens_details: { cached_tokens: -5 } }],
    ['cached beyond the prompt', { ...counts, prompt_tokens_details: { cached_tokens: 500 } }],
    [
      'cached and written beyond the prompt',
      { ...counts, prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 41 } },
    ],
    [
      'lifetimes beyond what was written',
      { ...counts, prompt_tokens_details: { cache_write_tokens: 5, cache_creation: { ephemeral_5m_input_tokens: 6 } } },
    ],
    ['audio beyond the prompt', { ...counts, prompt_tokens_details: { audio_tokens: 101 } }],
    ['reasoning beyond the completion', { ...counts, completion_tokens_details: { reasoning_tokens: 51 } }],
    ['a duration that is none', { type: 'duration', seconds: -1 }],
  ])('%s', (_what, raw) => {
    const usage = chat(raw);
    expect(usage).toMatchObject({ status: 'invalid', total_tokens: 0 });
    expect(usage.raw_usage).toBe(raw);
  });

  test('but cached beyond the prompt is beside it when the total says so', () => {
    const raw = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 650,
      prompt_tokens_details: { cached_tokens: 500 },
    };
    expectUsage(chat(raw), { prompt_tokens: 600, completion_tokens: 50, status: 'reported' });
  });
});

describe('a count that nobody knows is flagged', () => {
  const counts = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 };
  test.each([
    { prompt_tokens_details: { teleported_tokens: 5 } },
    { completion_tokens_details: { dreamt_tokens: 0 } },
    { dreamt_tokens: 5 },
  ])('%j', (more) => {
    expectUsage(chat({ ...counts, ...more }), { total_tokens: 150, flags: ['UNKNOWN_USAGE_FIELD'] });
  });

  test.each([{ queue_time: 0.005 }, { is_byok: false }, { teleported_tokens: null }, { tokens_note: 'x' }])(
    'what is no count is not: %j',
    (more) => {
      expectUsage(chat({ ...counts, ...more }), { total_tokens: 150 });
    },
  );
});

describe('other units', () => {
  test('images are counted beside their tokens, which are image tokens unless it says otherwise', () => {
    const raw = {
      input_tokens: 63,
      input_tokens_details: { text_tokens: 63, image_tokens: 0 },
      output_tokens: 4160,
      total_tokens: 4223,
    };
    expectUsage(normalizeOpenAiUsage(raw, { endpoint: 'images', images: 1 }), {
      completion_tokens_details: { image_tokens: 4160 },
      quantities: { image: '1' },
    });
    const detailed = {
      input_tokens: 100,
      output_tokens: 600,
      total_tokens: 700,
      output_tokens_details: { text_tokens: 100, image_tokens: 500 },
    };
    expectUsage(normalizeOpenAiUsage(detailed, { endpoint: 'images', images: 1 }), {
      completion_tokens_details: { image_tokens: 500 },
    });
  });

  test('a transcription may be billed by the second', () => {
    const usage = normalizeOpenAiUsage({ type: 'duration', seconds: 37.5 }, { endpoint: 'transcriptions' });
    expectUsage(usage, {
      usage_unit: 'second',
      usage_quantity: '37.5',
      quantities: { audio_second_in: '37.5' },
      status: 'reported',
    });
  });

  test('audio that is also cached is counted once', () => {
    const raw = {
      prompt_tokens: 12_300,
      completion_tokens: 1,
      total_tokens: 12_301,
      prompt_tokens_details: { cached_tokens: 12_239, audio_tokens: 150 },
    };
    expectUsage(chat(raw), {
      prompt_tokens_details: { cached_tokens: 12_239, audio_tokens: 150, cached_audio_tokens: 89 },
      flags: ['CACHED_MODALITY_INFERRED'],
    });
    const told = {
      ...raw,
      prompt_tokens_details: {
        ...raw.prompt_tokens_details,
        cached_tokens_details: { audio_tokens: 129, text_tokens: 12_110 },
      },
    };
    expectUsage(chat(told), {
      prompt_tokens_details: { cached_tokens: 12_239, audio_tokens: 150, cached_audio_tokens: 129 },
    });
  });
});

describe('what the upstream says it costs', () => {
  const counts = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 };
  test.each([
    [{ cost: 0.00219855 }, '0.00219855', 'usage.cost'],
    [{ cost: 0 }, '0', 'usage.cost'],
    [{ cost: 4.14e-5 }, '0.0000414', 'usage.cost'],
    [{ cost: 4.1400000000000003e-5 }, '0.0000414', 'usage.cost'],
    [{ cost_in_usd_ticks: 442_000 }, '0.0000442', 'usage.cost_in_usd_ticks'],
    [{ cost: { total_cost: 0.015743, request_cost: 0.005 } }, '0.015743', 'usage.cost.total_cost'],
  ])('%j is $%s', (more, amount, basis) => {
    expect(chat({ ...counts, ...more }).provider_reported_cost).toEqual({ amount, currency: 'USD', basis });
  });

  test.each([{ cost: -1 }, { cost: '0.5' }, { cost: null }, { cost: Number.NaN }, { cost_in_usd_ticks: 0.5 }])(
    '%j is nothing',
    (more) => {
      expect(chat({ ...counts, ...more }).provider_reported_cost).toBeUndefined();
    },
  );
});

describe('whatever an upstream sends', () => {
  const odd = fc.oneof(fc.nat({ max: 500 }), fc.constantFrom(null, -1, 0.5, '7', Number.NaN, 2 ** 53, {}, true));
  const details = fc.oneof(
    fc.constantFrom(null, undefined, 'none'),
    fc.record(
      { cached_tokens: odd, cache_write_tokens: odd, audio_tokens: odd, image_tokens: odd, reasoning_tokens: odd },
      { requiredKeys: [] },
    ),
  );
  const raw = fc.record(
    {
      prompt_tokens: odd,
      completion_tokens: odd,
      total_tokens: odd,
      cached_tokens: odd,
      cache_read_input_tokens: odd,
      citation_tokens: odd,
      reasoning_tokens: odd,
      prompt_audio_seconds: odd,
      cost: odd,
      prompt_tokens_details: details,
      completion_tokens_details: details,
    },
    { requiredKeys: [] },
  );

  test('becomes a record that adds up, or says that it is none', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(raw, (each) => {
        const usage = chat(each);
        seen.set(usage.status, (seen.get(usage.status) ?? 0) + 1);
        expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
        expect(usage.cache_read_input_tokens + usage.cache_creation_input_tokens).toBeLessThanOrEqual(
          usage.prompt_tokens,
        );
        expect(usage.completion_tokens_details?.reasoning_tokens ?? 0).toBeLessThanOrEqual(usage.completion_tokens);
        expect(usage.raw_usage).toBe(each);
        if (usage.status === 'invalid' || usage.status === 'missing') expect(usage.total_tokens).toBe(0);
      }),
      { numRuns: 3000 },
    );
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['reported', 'invalid', 'partial', 'missing']));
  });
});
