// A provider that lives in the test and outlives the server: it alone knows which calls have really arrived.
import { type Simulator, startSimulator } from '#adapters/simulator/server.ts';
import type { TestServer } from './server.ts';

export interface OutsideProvider {
  readonly origin: string;
  /** The tags of the calls that arrived, each as often as it did. */
  arrived(): readonly string[];
  stop(): Promise<void>;
}

/** What callers name, with the prices of the simulator's own: a dollar a million in, two out; a cent a call. */
export const outsideModels = ['outside/echo', 'outside/cent'] as const;

export async function startOutsideProvider(): Promise<OutsideProvider> {
  const simulator: Simulator = await startSimulator({ host: '127.0.0.1', port: 0 });
  return {
    origin: simulator.origin,
    arrived: () => simulator.counters().calls.flatMap(({ tag }) => tag ?? []),
    stop: () => simulator.stop(),
  };
}

/** In the catalogue, as an operator would. */
export async function registerOutsideProvider(server: TestServer, origin: string): Promise<void> {
  await server.admin('/api/v1/providers', { name: 'outside', adapter: 'openai-compatible', base_url: `${origin}/v1` });
  for (const name of outsideModels) {
    const model = {
      provider: 'outside',
      model_id: name.slice('outside/'.length),
      name,
      tokenizer: 'bytes/4',
      streams_all_output: true,
    };
    await server.admin('/api/v1/models', { ...model, context_window: 1_000_000, max_output_tokens: 100_000 });
    await server.admin('/api/v1/prices', { subject: { kind: 'model', name }, ...pricesOf(name) });
  }
}

function pricesOf(name: (typeof outsideModels)[number]): object {
  if (name === 'outside/cent') {
    return { pricing_model: 'per_request', components: [{ meter: 'request', price: '0.01', per: '1' }] };
  }
  return {
    components: [
      { meter: 'input', price: '1', per: '1000000' },
      { meter: 'output', price: '2', per: '1000000' },
    ],
  };
}
