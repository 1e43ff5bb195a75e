// The built-in provider: OpenAI's dialect on a local server whose address is known only once it runs.
import { openAiCompatible, openAiRequest } from '#providers/openai-compatible/adapter.ts';
import { openAiJobs } from '#providers/openai-compatible/jobs/videos.ts';
import type { MediaJobs } from '#ports/media-jobs.ts';
import type { ProviderAdapter } from '#ports/provider.ts';

/** The base URL of a simulator's row in the catalogue. */
export const simulatorBaseUrl = 'simulator:/v1';

export function simulatorProvider(origin: () => string): ProviderAdapter {
  return {
    ...openAiCompatible(),
    name: 'simulator',
    request(call, plan) {
      const provider = { ...plan.target.provider, baseUrl: `${origin()}/v1` };
      const request = openAiRequest(call, { ...plan, credential: 'sim', target: { ...plan.target, provider } });
      return { ...request, headers: { ...request.headers, ...call.extraHeaders } };
    },
  };
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
