// The built-in provider: OpenAI's dialect on a local server whose address is known only once it runs.
import { openAiMakersRequest, openAiProvider } from '#providers/openai/adapter.ts';
import type { ProviderAdapter } from '#ports/provider.ts';

/** The base URL of a simulator's row in the catalogue. */
export const simulatorBaseUrl = 'simulator:/v1';

export function simulatorProvider(origin: () => string): ProviderAdapter {
  const { counting: _counting, ...openAi } = openAiProvider();
  return {
    ...openAi,
    name: 'simulator',
    request(call, plan) {
      const provider = { ...plan.target.provider, baseUrl: `${origin()}/v1` };
      const request = openAiMakersRequest(call, { ...plan, credential: 'sim', target: { ...plan.target, provider } });
      return { ...request, headers: { ...request.headers, ...call.extraHeaders } };
    },
  };
}
