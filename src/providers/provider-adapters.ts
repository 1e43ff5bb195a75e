// Every way of speaking to providers that this server has: a new one is a line here.
import type { ProviderAdapter } from '#ports/provider.ts';
import { anthropicProvider } from './anthropic/adapter.ts';
import { bflProvider } from './bfl/adapter.ts';
import { deepgramProvider } from './deepgram/adapter.ts';
import { elevenLabsProvider } from './elevenlabs/adapter.ts';
import { openRouterProvider } from './openrouter/images.ts';
import { stabilityProvider } from './stability/adapter.ts';
import { bedrockProvider } from './bedrock/adapter.ts';
import { cohereProvider } from './cohere/adapter.ts';
import { googleProvider } from './google/adapter.ts';
import { openAiProvider } from './openai/adapter.ts';
import { openAiCompatible } from './openai-compatible/adapter.ts';
import { simulatorProvider } from './simulator/adapter.ts';
import { voyageProvider } from './voyage/adapter.ts';

export interface AdapterWorld {
  readonly now: () => number;
  /** Where the simulator listens. */
  readonly simulatorOrigin: () => string;
}

export function providerAdapters({ now, simulatorOrigin }: AdapterWorld): readonly ProviderAdapter[] {
  return [
    openAiCompatible(),
    anthropicProvider(),
    bedrockProvider(now),
    cohereProvider(),
    googleProvider(),
    openAiProvider(),
    voyageProvider(),
    openRouterProvider(),
    bflProvider(),
    stabilityProvider(),
    elevenLabsProvider(),
    deepgramProvider(),
    simulatorProvider(simulatorOrigin),
  ];
}
