// One contract for all of them: a new provider is a line here, with its recorded bytes in its folder.
import { expect, test } from 'vitest';
import { type MediaFixtures, mediaProviderContract } from '#ports/media-provider.contract.ts';
import { providerContract, type ProviderFixtures } from '#ports/provider.contract.ts';
import { anthropicFixtures } from './anthropic/fixtures/recorded.contract.ts';
import { bflFixtures } from './bfl/fixtures/recorded-media.contract.ts';
import { bedrockFixtures } from './bedrock/fixtures/recorded.contract.ts';
import { cohereFixtures } from './cohere/fixtures/recorded.contract.ts';
import { deepgramFixtures } from './deepgram/fixtures/recorded-media.contract.ts';
import { elevenLabsFixtures } from './elevenlabs/fixtures/recorded-media.contract.ts';
import { googleMediaFixtures } from './google/fixtures/recorded-media.contract.ts';
import { openRouterFixtures } from './openrouter/fixtures/recorded-media.contract.ts';
import { stabilityFixtures } from './stability/fixtures/recorded-media.contract.ts';
import { googleFixtures } from './google/fixtures/recorded.contract.ts';
import { openAiMakersFixtures } from './openai/fixtures/recorded.contract.ts';
import { openAiFixtures } from './openai-compatible/fixtures/recorded.contract.ts';
import { providerAdapters } from './provider-adapters.ts';
import { simulatorFixtures } from './simulator/fixtures/recorded.contract.ts';
import { voyageFixtures } from './voyage/fixtures/recorded.contract.ts';

const recorded: readonly ProviderFixtures[] = [
  openAiFixtures,
  anthropicFixtures,
  bedrockFixtures,
  cohereFixtures,
  googleFixtures,
  openAiMakersFixtures,
  voyageFixtures,
  simulatorFixtures,
];

const recordedMedia: readonly MediaFixtures[] = [
  openRouterFixtures,
  bflFixtures,
  stabilityFixtures,
  elevenLabsFixtures,
  deepgramFixtures,
  googleMediaFixtures,
];

test('every adapter of this server has its recorded bytes', () => {
  const adapters = providerAdapters({ now: () => 0, simulatorOrigin: () => 'http://127.0.0.1:4010' });
  const covered = new Set([...recorded, ...recordedMedia].map(({ adapter }) => adapter.name));
  expect(adapters.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
  const makers = adapters.filter(({ media }) => media !== undefined).map(({ name }) => name);
  expect(new Set(recordedMedia.map(({ adapter }) => adapter.name))).toEqual(new Set(makers));
});

for (const fixtures of recorded) providerContract(fixtures.adapter.name, fixtures);
for (const fixtures of recordedMedia) mediaProviderContract(`${fixtures.adapter.name}, media`, fixtures);
