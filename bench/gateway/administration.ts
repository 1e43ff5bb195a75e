// Sets the gateway up over its own API: the mock as a provider, a model with a price, keys with money.
import { z } from 'zod';
import { modelName, prices, upstreamModel } from '../workload.ts';
import type { GatewayProcess } from './process.ts';

export interface Payer {
  readonly key: string;
  readonly walletId: string;
}

const payersCount = 8;
export const dollarsEach = '100000';

const createdKey = z.object({ virtual_key: z.string(), wallet: z.object({ id: z.string() }) });

export async function setUp(gateway: GatewayProcess, upstreamPort: number): Promise<readonly Payer[]> {
  const create = (path: string, row: object): Promise<unknown> => post(gateway, path, row);
  await create('providers', {
    name: 'bench',
    adapter: 'openai-compatible',
    base_url: `http://127.0.0.1:${upstreamPort}/gateway/v1`,
  });
  await create('providers/bench/keys', { name: 'bench', secret: 'sk-bench' });
  await create('models', {
    provider: 'bench',
    model_id: upstreamModel,
    name: modelName,
    context_window: 128_000,
    max_output_tokens: 16_384,
  });
  const component = (meter: keyof typeof prices) => ({ meter, price: prices[meter], per: '1000000' });
  await create('prices', {
    book: 'list',
    subject: { kind: 'model', name: modelName },
    currency: 'usd',
    components: [component('input'), component('output')],
  });
  const payers: Payer[] = [];
  for (let payer = 1; payer <= payersCount; payer += 1) {
    const order = { name: `bench ${payer}`, currency: 'usd', balance: dollarsEach };
    const { virtual_key, wallet } = createdKey.parse(await create('virtual-keys', order));
    payers.push({ key: virtual_key, walletId: wallet.id });
  }
  return payers;
}

async function post({ port, adminToken }: GatewayProcess, path: string, row: object): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(row),
  });
  if (!answer.ok) throw new Error(`POST ${path} was answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
