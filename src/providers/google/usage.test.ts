import { describe, expect, test } from 'vitest';
import { normalizeGenerate } from './usage.ts';

const usageOf = (payload: unknown, model = 'gemini-3-flash') => normalizeGenerate(payload, { model }).usage;

test('sound that was cached is sound and cached, and is counted once', () => {
  const raw = {
    promptTokenCount: 14_152,
    candidatesTokenCount: 60,
    thoughtsTokenCount: 69,
    totalTokenCount: 14_281,
    cachedContentTokenCount: 12_239,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: 14_002 },
      { modality: 'AUDIO', tokenCount: 150 },
    ],
    cacheTokensDetails: [
      { modality: 'AUDIO', tokenCount: 129 },
      { modality: 'TEXT', tokenCount: 12_110 },
    ],
  };
  expect(usageOf({ usageMetadata: raw })).toMatchObject({
    prompt_tokens: 14_152,
    completion_tokens: 129,
    prompt_tokens_details: { cached_tokens: 12_239, audio_tokens: 150, cached_audio_tokens: 129 },
    flags: [],
  });
});

describe('details', () => {
  test.each([
    ['do not add up', [{ modality: 'IMAGE', tokenCount: 1120 }]],
    ['have no count', [{ modality: 'TEXT' }]],
  ])('that %s are flagged, and the headline is billed', (_what, candidatesTokensDetails) => {
    const raw = { promptTokenCount: 33, candidatesTokenCount: 1780, totalTokenCount: 1813, candidatesTokensDetails };
    expect(usageOf(raw)).toMatchObject({ completion_tokens: 1780, status: 'reported', flags: ['DETAILS_INCOMPLETE'] });
  });

  test('beyond the headline are invalid', () => {
    const promptTokensDetails = [{ modality: 'AUDIO', tokenCount: 40 }];
    const raw = { promptTokenCount: 33, candidatesTokenCount: 1, totalTokenCount: 34, promptTokensDetails };
    expect(usageOf(raw)).toMatchObject({ status: 'invalid', total_tokens: 0 });
  });
});

test('an answer that was blocked has a prompt and nothing else', () => {
  expect(usageOf({ promptTokenCount: 14, totalTokenCount: 14 })).toMatchObject({
    prompt_tokens: 14,
    completion_tokens: 0,
    status: 'reported',
    flags: [],
  });
});

test('a total that nobody can explain is kept and flagged', () => {
  expect(usageOf({ promptTokenCount: 95, candidatesTokenCount: 66, totalTokenCount: 500 })).toMatchObject({
    total_tokens: 161,
    reported_total_tokens: 500,
    flags: ['TOTAL_MISMATCH'],
  });
});

test('searches are billed one by one, and in the second generation by the prompt that searched', () => {
  const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
  const groundingMetadata = { webSearchQueries: ['a', 'b', 'b'] };
  const answer = { usageMetadata, candidates: [{ groundingMetadata }] };
  expect(usageOf(answer).quantities).toEqual({ web_search_call: '3' });
  expect(usageOf([answer, answer]).quantities).toEqual({ web_search_call: '3' });
  expect(usageOf(answer, 'gemini-2.5-flash').quantities).toEqual({ web_search_call: '1' });
  expect(usageOf({ ...answer, candidates: [] }).quantities).toBeUndefined();
});

test('the kind of traffic is the tier', () => {
  const facts = (more: object) => normalizeGenerate({ usageMetadata: { promptTokenCount: 1, ...more } }, {}).facts;
  expect(facts({ trafficType: 'ON_DEMAND_FLEX' })).toEqual({ service_tier: 'flex' });
  expect(facts({ serviceTier: 'PRIORITY', trafficType: 'ON_DEMAND' })).toEqual({ service_tier: 'priority' });
  expect(facts({})).toEqual({});
});
