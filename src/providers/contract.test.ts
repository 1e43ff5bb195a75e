// One contract for all of them: a new provider is a line here, with its recorded bytes in its folder.
import { expect, test } from 'vitest';
import { providerContract, type ProviderFixtures } from '#ports/provider.contract.ts';
import { anthropicFixtures } from './anthropic/fixtures/recorded.contract.ts';
import { bedrockFixtures } from './bedrock/fixtures/recorded.contract.ts';
import { cohereFixtures } from './cohere/fixtures/recorded.contract.ts';
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

test('every adapter of this server has its recorded bytes', () => {
  const adapters = providerAdapters({ now: () => 0, simulatorOrigin: () => 'http://127.0.0.1:4010' });
  expect(recorded.map(({ adapter }) => adapter.name)).toEqual(adapters.map(({ name }) => name));
});

for (const fixtures of recorded) providerContract(fixtures.adapter.name, fixtures);
