// Proxies between us and the provider add what they think a call cost: kept beside the usage when nobody else says it.
import { type Fields, isFields, partOf } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import { headersOf, partOrWhole } from '#core/usage/payload.ts';
import type { ProviderReportedCost, Usage } from '#core/usage/usage.ts';

export function withProxyCost(usage: Usage, payload: unknown): Usage {
  if (usage.provider_reported_cost !== undefined || usage.status === 'invalid') return usage;
  const cost = proxyCost(payload);
  return cost === undefined ? usage : { ...usage, provider_reported_cost: cost };
}

function proxyCost(payload: unknown): ProviderReportedCost | undefined {
  if (!isFields(payload)) return undefined;
  const raw = partOrWhole(payload, 'usage', 'usageMetadata');
  const usage: Fields = isFields(raw) ? raw : {};
  const estimate = usd(
    partOf(usage, 'pydantic_ai_gateway')['cost_estimate'],
    'usage.pydantic_ai_gateway.cost_estimate',
  );
  return estimate ?? usd(headersOf(partOf(payload, 'headers'))['x-litellm-response-cost'], 'x-litellm-response-cost');
}

function usd(value: unknown, basis: string): ProviderReportedCost | undefined {
  const amount = decimalOf(value);
  return amount === undefined || amount.startsWith('-') ? undefined : { amount, currency: 'USD', basis };
}
