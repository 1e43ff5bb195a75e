// The adapter of a provider that makes nothing but media: all it has to say is how these are translated.
import { missingUsage } from '#core/usage/usage.ts';
import type { MediaTranslations, ProviderAdapter } from '#ports/provider.ts';
import { openAiFailure } from './failure.ts';
import { mediaStreamReader } from './media-stream.ts';

export function mediaOnly(name: string, media: MediaTranslations, failure = openAiFailure): ProviderAdapter {
  const normalizer = { id: name, version: '1' };
  return {
    name,
    speaks: new Set(),
    media,
    request: ({ format }) => {
      throw new Error(`A call written as ${format} was sent to ${name}, where nobody reads it.`);
    },
    usageOf: () => missingUsage({ normalizer, raw: null }),
    usageOfStream: () => missingUsage({ normalizer, raw: null }),
    stream: ({ choices }) => mediaStreamReader(choices),
    failure,
  };
}
