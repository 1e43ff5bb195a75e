// Providers, models with their cost, and customer types for a matrix; and its rows as a client reads and sends them.
import type { clientOf } from './client.ts';

export type Api = ReturnType<typeof clientOf>;

export interface Row {
  readonly provider: string;
  readonly model: string;
  readonly customer_type: string;
  readonly kind: string;
  readonly input_price: string | null;
  readonly output_price: string | null;
  readonly price_per_token: string | null;
  readonly price_per_request: string | null;
  readonly per: string | null;
  readonly currency: string | null;
  readonly version_id: string | null;
  readonly scheduled_version_id: string | null;
  readonly valid_to: string | null;
  readonly in_force: Version | null;
  readonly scheduled: Version | null;
  readonly cost: Version | null;
}

export interface Version {
  readonly version_id: string;
  readonly kind: string;
  readonly input_price: string | null;
  readonly output_price: string | null;
  readonly per: string | null;
  readonly components: readonly { readonly meter: string; readonly price: string; readonly per: string }[];
  readonly valid_from: string;
}

export interface Remark {
  readonly row: number | null;
  readonly line?: number | null;
  readonly provider: string;
  readonly model: string;
  readonly customer_type: string;
  readonly field: string | null;
  readonly code: string;
  readonly message: string;
}

export interface Refused {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly param: string | null;
    readonly problems: readonly Remark[];
    readonly conflicts: readonly Remark[];
  };
}

export interface Published {
  readonly counts: Readonly<Record<'added' | 'changed' | 'removed' | 'unchanged' | 'kept', number>>;
  readonly published: readonly string[];
  readonly version: string;
}

export const matrixPath = '/api/v1/price-matrix';

export async function stageMatrix(
  api: Api,
  { provider, models, types }: { provider: string; models: readonly string[]; types: readonly string[] },
): Promise<void> {
  await api.make('/api/v1/providers', {
    name: provider,
    adapter: 'openai-compatible',
    base_url: `https://${provider}.example/v1`,
  });
  for (const name of models) {
    await api.make('/api/v1/models', { provider, model_id: `id-of-${name}`, name });
    await api.make('/api/v1/prices', {
      subject: { kind: 'model', name },
      components: [
        { meter: 'input', price: '0.15', per: '1000000' },
        { meter: 'output', price: '0.60', per: '1000000' },
      ],
    });
  }
  for (const name of types) await api.make('/api/v1/customer-types', { name });
}

export async function readRows(api: Api, provider: string): Promise<readonly Row[]> {
  const answer = await api.get(`${matrixPath}?provider=${provider}`);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return (answer.body as { data: readonly Row[] }).data;
}

export function priced(row: Row, input = '0.20', output = '0.80'): Row {
  return { ...row, input_price: input, output_price: output, per: '1000000' };
}
