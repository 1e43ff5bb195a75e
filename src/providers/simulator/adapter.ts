// The built-in provider: OpenAI's and Gemini's dialects on a local server whose address is known only once it runs.
import type { WireFormat } from '#core/call/wire-format.ts';
import { isFields } from '#core/usage/counts.ts';
import { missingUsage } from '#core/usage/usage.ts';
import { googleProvider } from '#providers/google/adapter.ts';
import { openAiMakersRequest, openAiProvider } from '#providers/openai/adapter.ts';
import { openAiBatches } from '#providers/openai-compatible/batches.ts';
import { openAiJobs } from '#providers/openai-compatible/jobs/videos.ts';
import type { BatchJobs } from '#ports/batch-jobs.ts';
import type { MediaJobs } from '#ports/media-jobs.ts';
import type { ProviderAdapter } from '#ports/provider.ts';

/** The base URL of a simulator's row in the catalogue. */
export const simulatorBaseUrl = 'simulator:/v1';

const normalizer = { id: 'simulator', version: '1' };

export function simulatorProvider(origin: () => string): ProviderAdapter {
  const { counting: _counting, ...openAi } = openAiProvider();
  const google = googleProvider();
  return {
    ...openAi,
    name: 'simulator',
    speaks: new Set<WireFormat>([...openAi.speaks, 'generate-content']),
    probe: () => ({ origin: origin(), path: '/v1/models', headers: { accept: 'application/json' } }),
    request(call, plan) {
      const isGemini = call.format === 'generate-content';
      const provider = { ...plan.target.provider, baseUrl: `${origin()}/${isGemini ? 'v1beta' : 'v1'}` };
      const ours = { ...plan, credential: 'sim', target: { ...plan.target, provider } };
      const request = isGemini ? google.request(call, ours) : openAiMakersRequest(call, ours);
      return { ...request, headers: { ...request.headers, ...call.extraHeaders } };
    },
    usageOf: (call, answer, headers) =>
      (call.format === 'generate-content' ? google : openAi).usageOf(call, answer, headers),
    usageOfStream: (raw, call) => (isGeminiUsage(raw) ? google : openAi).usageOfStream(raw, call),
    usageOfBrokenStream: (raw) =>
      (isGeminiUsage(raw) ? google : openAi).usageOfBrokenStream?.(raw) ?? missingUsage({ normalizer, raw: null }),
    stream: (call) => (call.format === 'generate-content' ? google : openAi).stream(call),
  };
}

function isGeminiUsage(raw: unknown): boolean {
  return isFields(raw) && 'totalTokenCount' in raw;
}

/** Films and songs. */
export function simulatorJobs(origin: () => string): MediaJobs {
  return openAiJobs({
    name: 'simulator',
    kinds: ['video', 'music'],
    hears: true,
    at: (place) => ({ ...place, credential: 'sim', baseUrl: `${origin()}/v1` }),
  });
}

export function simulatorBatches(origin: () => string): BatchJobs {
  return openAiBatches({
    name: 'simulator',
    hears: true,
    at: (place) => ({ ...place, credential: 'sim', baseUrl: `${origin()}/v1` }),
  });
}
