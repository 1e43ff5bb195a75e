// The head of a request: what the bytes are, who asks, and whatever else the provider wants to hear.
import type { ModelCall } from '#core/call/model-call.ts';
import { mannersOf } from '#core/catalog/manners.ts';
import type { ProviderRequestPlan } from '#ports/provider.ts';

export function headersFor(
  { streamed }: Pick<ModelCall, 'streamed'>,
  { target, credential }: Pick<ProviderRequestPlan, 'target' | 'credential'>,
): Readonly<Record<string, string>> {
  const { credentialHeader, headers } = mannersOf(target.provider);
  const presented = credentialHeader === 'authorization' ? `Bearer ${credential ?? ''}` : (credential ?? '');
  return {
    ...headers,
    'content-type': 'application/json',
    accept: streamed ? 'text/event-stream' : 'application/json',
    // The answer passes through as it comes, and its usage is read on the way.
    'accept-encoding': 'identity',
    ...(credential === undefined ? {} : { [credentialHeader]: presented }),
  };
}
